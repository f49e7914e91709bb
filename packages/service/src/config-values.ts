import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { errorCode } from './error-code.ts'

/** Where values come from that the configuration file only names. */
export interface ValueSources {
  readonly env: Readonly<Record<string, string | undefined>>
  /** What relative `file:` paths start from. */
  readonly folder: string
}

/**
 * Stands where a value could not be had, and says why when called.
 *
 * A function, because no schema for configuration accepts one and it cannot be coerced either: so it is a problem exactly
 * where a schema reads it.
 */
export type Unavailable = () => string

/**
 * Replaces `${NAME}`, `${NAME:-otherwise}` and `file:/path` in every string below a node.
 *
 * What is empty, or empty after replacement, is left out as if it had not been written. Replaced text is not looked at
 * again, so a secret may contain anything. A file's trailing line break is not part of its value.
 */
export function resolveValues(node: unknown, sources: ValueSources): unknown {
  if (typeof node === 'string') return resolveText(node, sources)
  if (Array.isArray(node)) return node.map((entry) => resolveValues(entry, sources))
  if (typeof node !== 'object' || node === null) return node ?? undefined
  const entries = Object.entries(node).map(([key, value]) => [key, resolveValues(value, sources)] as const)
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined))
}

/** Whether this stands for a value that could not be had. */
export function isUnavailable(value: unknown): value is Unavailable {
  return typeof value === 'function'
}

function resolveText(written: string, sources: ValueSources): string | Unavailable | undefined {
  const problems: string[] = []
  const text = written.replace(/\$\{([^}]*)\}/g, (_, inside: string) => {
    const found = readVariable(inside, sources.env)
    if (typeof found === 'string') return found
    problems.push(found.problem)
    return ''
  })
  const [problem] = problems
  if (problem !== undefined) return unavailable(problem)
  if (/^file:\S/.test(written)) return readSecretFile(resolve(sources.folder, text.slice('file:'.length)))
  return text.trim() === '' ? undefined : text
}

function readVariable(inside: string, env: ValueSources['env']): string | { readonly problem: string } {
  const [, name, otherwise] = /^([A-Za-z_]\w*)(?::-(.*))?$/s.exec(inside) ?? []
  if (name === undefined) return { problem: 'between ${ and } must stand the name of a variable' }
  return env[name]?.trim() ? (env[name] ?? '') : (otherwise ?? { problem: `the variable ${name} is not set` })
}

function readSecretFile(path: string): string | Unavailable {
  try {
    const content = readFileSync(path, 'utf8').replace(/\r?\n$/, '')
    return content.trim() === '' ? unavailable(`the file ${path} is empty`) : content
  } catch (error) {
    const isAbsent = errorCode(error) === 'ENOENT'
    return unavailable(`the file ${path} ${isAbsent ? 'does not exist' : 'cannot be read'}`)
  }
}

function unavailable(problem: string): Unavailable {
  const refuseCoercion = (): never => {
    throw new TypeError(problem)
  }
  return Object.assign(() => problem, { [Symbol.toPrimitive]: refuseCoercion })
}
