import { z } from 'zod'

type Schema = z.core.$ZodType

/** One line of the reference of what can be configured. */
export interface ConfigRow {
  /** `lms[].url`; `[]` for each entry of a list, `<name>` for each name of a map. */
  readonly path: string
  /** What it is for, from `.describe()`; empty where the schema says nothing. */
  readonly purpose: string
  /** From `.meta({ unit })`; null where there is none. */
  readonly unit: string | null
  /** As JSON; null where there is none. */
  readonly default: string | null
  /** Must be written wherever what contains it is written. */
  readonly required: boolean
}

/** Every setting of a schema, in its order, for generated reference pages. Lists and maps of settings have a row too if described. */
export function describeSchema(schema: Schema): readonly ConfigRow[] {
  return rowsOf(schema, '')
}

/**
 * What the setting at a path is for; undefined if nothing says so.
 *
 * An entry of a list or map that says nothing itself is described by its list or map.
 */
export function purposeAt(schema: Schema, path: readonly PropertyKey[]): string | undefined {
  const [key, ...rest] = path
  if (key === undefined) return purposeOf(schema)
  const next = candidates(schema).flatMap((candidate) => childrenAt(candidate, key))
  const purpose = next.map((child) => purposeAt(child, rest)).find((found) => found !== undefined)
  const describesEntries = rest.length === 0 && next.length > 0 && !('shape' in definitionOf(bare(schema)))
  return purpose ?? (describesEntries ? purposeOf(schema) : undefined)
}

/**
 * The same value without what is marked by `.meta({ secret: true })`: a text in its place says that there is one.
 *
 * @param schema what the value was read with.
 */
export function maskSecrets(schema: Schema, value: unknown): unknown {
  return maskBelow([schema], value)
}

function maskBelow(schemas: readonly Schema[], value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return schemas.some(isSecret) ? masked : value
  const below = (key: PropertyKey, child: unknown) => {
    const children = schemas.flatMap(candidates).flatMap((schema) => childrenAt(schema, key))
    return maskBelow(schemas.some(isSecret) ? schemas : children, child)
  }
  if (Array.isArray(value)) return value.map((entry, index) => below(index, entry))
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, below(key, child)]))
}

const masked = '[secret]'

function isSecret(schema: Schema): boolean {
  return layersOf(schema).some((layer) => metaOf(layer)?.['secret'] === true)
}

function rowsOf(schema: Schema, path: string): readonly ConfigRow[] {
  const below = candidates(schema).flatMap((candidate) => rowsBelow(candidate, path))
  const isWorthARow = path !== '' && (below.length === 0 || purposeOf(schema) !== undefined)
  return isWorthARow ? [rowOf(schema, path), ...below] : below
}

function rowsBelow(schema: Schema, path: string): readonly ConfigRow[] {
  const definition = definitionOf(schema)
  if ('shape' in definition) {
    const prefix = path === '' ? '' : `${path}.`
    return Object.entries(definition.shape).flatMap(([key, child]) => rowsOf(child, `${prefix}${key}`))
  }
  if ('element' in definition) return settingsOnly(definition.element, `${path}[]`)
  if ('keyType' in definition) return settingsOnly(definition.valueType, `${path}.<name>`)
  return []
}

/** Rows of the entries of a list or map, unless they are plain values: then the list is one setting. */
function settingsOnly(entry: Schema, path: string): readonly ConfigRow[] {
  return candidates(entry).flatMap((candidate) => rowsBelow(candidate, path))
}

function rowOf(schema: Schema, path: string): ConfigRow {
  const unit = layersOf(schema)
    .map((layer) => metaOf(layer)?.['unit'])
    .find((found) => typeof found === 'string')
  const otherwise = layersOf(schema)
    .map(defaultOf)
    .find((found) => found !== undefined)
  return {
    path,
    purpose: purposeOf(schema) ?? '',
    unit: unit ?? null,
    default: otherwise ?? null,
    required: internalsOf(schema).optin === undefined,
  }
}

function defaultOf(layer: Schema): string | undefined {
  const definition = definitionOf(layer)
  return 'defaultValue' in definition ? JSON.stringify(definition.defaultValue) : undefined
}

function purposeOf(schema: Schema): string | undefined {
  return layersOf(schema)
    .map((layer) => metaOf(layer)?.description)
    .find((found) => found !== undefined)
}

function metaOf(layer: Schema): z.core.GlobalMeta | undefined {
  return z.globalRegistry.get(layer)
}

/** The schema and what it wraps (optional, default, transformed, …), from the outside in. */
function layersOf(schema: Schema): readonly Schema[] {
  const inner = innerOf(schema)
  return inner === undefined ? [schema] : [schema, ...layersOf(inner)]
}

function innerOf(schema: Schema): Schema | undefined {
  const definition = definitionOf(schema)
  if ('innerType' in definition) return definition.innerType
  if ('in' in definition && 'out' in definition)
    return definitionOf(definition.in).type === 'transform' ? definition.out : definition.in
  return 'getter' in definition ? definition.getter() : undefined
}

function bare(schema: Schema): Schema {
  return layersOf(schema).at(-1) ?? schema
}

/** The bare schema, or each alternative of a union and each side of an intersection. */
function candidates(schema: Schema): readonly Schema[] {
  const definition = definitionOf(bare(schema))
  if ('options' in definition) return definition.options.flatMap(candidates)
  if ('left' in definition && 'right' in definition) return [definition.left, definition.right].flatMap(candidates)
  return [bare(schema)]
}

function childrenAt(schema: Schema, key: PropertyKey): readonly Schema[] {
  const definition = definitionOf(schema)
  if ('shape' in definition) return [definition.shape[String(key)]].filter((child) => child !== undefined)
  if ('element' in definition) return [definition.element]
  return 'keyType' in definition ? [definition.valueType] : []
}

function definitionOf(schema: Schema): z.core.$ZodTypes['_zod']['def'] {
  return internalsOf(schema).def
}

/** Every schema is one of zod's own kinds; this is where zod lets tools read them. @see zod.dev/library-authors */
function internalsOf(schema: Schema): z.core.$ZodTypes['_zod'] {
  // oxlint-disable-next-line no-underscore-dangle, typescript/no-unsafe-type-assertion
  return (schema as z.core.$ZodTypes)._zod
}
