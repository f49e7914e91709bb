import { readFileSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { LineCounter, parseDocument } from 'yaml'
import { z } from 'zod'
import { purposeAt } from './config-reference.ts'
import { isUnavailable, resolveValues } from './config-values.ts'
import { errorCode } from './error-code.ts'
import { ConfigError } from './start-error.ts'

export interface ConfigSource {
  /** Path of the YAML file. */
  readonly file: string
  /** What `${NAME}` is looked up in; main files pass `process.env`. */
  readonly env: Readonly<Record<string, string | undefined>>
}

interface Problem {
  readonly path: readonly PropertyKey[]
  readonly message: string
}

/**
 * Reads a configuration file through the schema of one app.
 *
 * `${NAME}`, `${NAME:-otherwise}` and `file:/path` are replaced first; one that cannot be had is a problem only where
 * the schema reads that field, so each app needs only its own secrets. What is empty counts as missing.
 *
 * @throws ConfigError with all problems at once; no value is ever shown.
 */
export function loadConfig<Schema extends z.ZodType>(schema: Schema, source: ConfigSource): z.output<Schema> {
  return readConfig(schema, source).parsed
}

/** The same, with the values as they are written. @throws ConfigError as `loadConfig` does. */
export function readConfig<Schema extends z.ZodType>(
  schema: Schema,
  { file, env }: ConfigSource,
): { readonly written: unknown; readonly parsed: z.output<Schema> } {
  const written = resolveValues(readYaml(file), { env, folder: dirname(file) }) ?? {}
  const parsed = schema.safeParse(written)
  if (parsed.success) return { written, parsed: parsed.data }
  const problems = parsed.error.issues.flatMap((issue) => problemsOf(issue, written))
  throw new ConfigError(tell(basename(file), problems, schema))
}

function readYaml(file: string): unknown {
  const lineCounter = new LineCounter()
  const document = parseDocument(readText(file), { prettyErrors: false, lineCounter })
  const [error] = document.errors
  if (error !== undefined) {
    const { line, col } = lineCounter.linePos(error.pos[0])
    const [reason] = error.message.split(/: | \\/)
    throw new ConfigError(`${basename(file)} is not valid YAML: ${reason} (line ${line}, column ${col}).`)
  }
  try {
    return document.toJS()
  } catch {
    throw new ConfigError(
      `${basename(file)} is not usable YAML: an alias (*name) names nothing or unfolds without end.`,
    )
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (errorCode(error) === 'ENOENT')
      throw new ConfigError(
        `There is no configuration file ${file}. Copy the sample seatkeeper.yaml there and fill it in.`,
      )
    throw new ConfigError(`The configuration file ${file} cannot be read. Make it a file that this user may read.`)
  }
}

/** What an operator is told of one of zod's issues: it may be several problems, or one of ours below it. */
function problemsOf(issue: z.core.$ZodIssue, values: unknown): readonly Problem[] {
  const { path } = issue
  const found = valueAt(values, path)
  if (isUnavailable(found)) return [{ path, message: found() }]
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({ path: [...path, key], message: 'is not a setting; is it misspelt?' }))
  if (issue.code === 'invalid_union') return problemsOfUnion(issue, values)
  if (issue.code === 'invalid_key')
    return [{ path, message: `is not a valid name: ${issue.issues[0]?.message ?? issue.message}` }]
  if (found === undefined && issue.code !== 'custom') return [{ path, message: 'is missing' }]
  return [{ path, message: issue.message }]
}

/** The problems of the alternative that fits best: one that accepts the kind of value, if there is one. */
function problemsOfUnion(issue: z.core.$ZodIssueInvalidUnion, values: unknown): readonly Problem[] {
  const { path, message, errors } = issue
  const fitting = errors.find((issues) => issues.every((one) => one.code !== 'invalid_type' || one.path.length > 0))
  if (fitting === undefined) return [{ path, message: valueAt(values, path) === undefined ? 'is missing' : message }]
  return fitting.flatMap((one) => problemsOf({ ...one, path: [...path, ...one.path] }, values))
}

function valueAt(values: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((node, key) => {
    const isContainer = typeof node === 'object' && node !== null
    return isContainer && Object.hasOwn(node, key) ? Reflect.get(node, key) : undefined
  }, values)
}

function tell(name: string, problems: readonly Problem[], schema: z.core.$ZodType): string {
  const lines = problems.map(({ path, message }) => {
    const purpose = purposeAt(schema, path)
    const place = path.length === 0 ? 'the file' : z.core.toDotPath(path)
    return `  ${place}${purpose === undefined ? '' : ` (${purpose})`}: ${message}`
  })
  const distinct = [...new Set(lines)]
  return [`${name} has ${distinct.length} problem${distinct.length === 1 ? '' : 's'}:`, ...distinct].join('\n')
}
