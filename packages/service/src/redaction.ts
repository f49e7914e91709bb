import { types } from 'node:util'
import { errorCode } from './error-code.ts'

const longestText = 8_192
const deepest = 8
const mostEntries = 100

/** Parts of names whose values are credentials, compared without case and punctuation. */
const credentials =
  /secret|token|passw|passphrase|credential|authorization|cookie|consumerkey|apikey|privatekey|signature/
/** Names whose values are about a person, or may quote one. */
const personal =
  /e?mail(s|address)?$|^(username|user|firstname|lastname|fullname|phone|billing|shipping|learner|payload|body|rawbody|theirwords)$/

const address = /[^\s@<>()[\],;:="/?&]{1,254}"?(?:@|%40)(?:[\p{L}\p{N}-]{1,63}\.){1,8}\p{L}[\p{L}\p{N}-]{1,62}/giu
const webToken = /\beyJ[\w-]{5,}(?:\.[\w-]*){0,4}/g
const authorization = /\b(Bearer|Basic|JWT)\s+[\w.~+/=-]{6,}/gi
const shopKey = /\bc[ks]_[0-9a-f]{8,}/gi
const urlCredentials = /(:\/\/)[^\s/@]{1,512}@/g
const querySecret = /([?&](?:[\w-]*(?:secret|token|password|key|signature))=)[^\s&#]+/gi

/**
 * Text without e-mail addresses, tokens and credentials that show by their look; at most 8,192 characters.
 *
 * Made for logs: it takes too much rather than too little, and looks at names only in URLs.
 */
export function redactText(text: string): string {
  const redacted = text
    .slice(0, 2 * longestText)
    .replace(urlCredentials, '$1[redacted]@')
    .replace(querySecret, '$1[redacted]')
    .replace(webToken, '[token]')
    .replace(authorization, '$1 [token]')
    .replace(shopKey, '[key]')
    .replace(address, '[email]')
  return redacted.length > longestText ? `${redacted.slice(0, longestText)}…` : redacted
}

/**
 * Anything as plain data that JSON can hold, without secrets and personal data.
 *
 * Fields are judged by name, all text by look. Of an error only name, message, stack, code and causes are kept: clients
 * hang requests and arguments on theirs. Cycles, depths over 8 and getters that throw are named, not followed; lists and
 * objects are cut after 100 entries.
 */
export function redact(value: unknown): unknown {
  return walk(value, [])
}

function walk(value: unknown, above: readonly object[]): unknown {
  if (typeof value === 'string') return redactText(value)
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value)
  if (typeof value === 'bigint' || typeof value === 'symbol') return redactText(String(value))
  if (typeof value === 'function') return '[function]'
  if (typeof value !== 'object' || value === null) return value
  if (above.includes(value)) return '[circular]'
  if (above.length >= deepest) return '[deeper]'
  return walkObject(value, [...above, value])
}

function walkObject(value: object, above: readonly object[]): unknown {
  if (types.isNativeError(value)) return walkError(value, above)
  if (types.isDate(value)) return Number.isNaN(value.getTime()) ? '[invalid date]' : value.toISOString()
  if (value instanceof URL) return redactText(value.href)
  if (ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value)) return `[${value.byteLength} bytes]`
  if (types.isMap(value)) return walkFields(value.entries(), above)
  if (Array.isArray(value) || types.isSet(value)) return walkList([...value], above)
  return walkFields(readFields(value), above)
}

function walkError(error: Error, above: readonly object[]): unknown {
  const { name, message, stack, cause } = error
  const errors = 'errors' in error ? error.errors : undefined
  return walkFields(Object.entries({ name, message, code: errorCode(error), stack, cause, errors }), above)
}

function walkList(list: readonly unknown[], above: readonly object[]): unknown {
  const walked = list.slice(0, mostEntries).map((entry) => walk(entry, above))
  return list.length > mostEntries ? [...walked, `[${list.length - mostEntries} more]`] : walked
}

function walkFields(fields: Iterable<readonly [unknown, unknown]>, above: readonly object[]): unknown {
  const entries = [...fields].slice(0, mostEntries).map(([key, value]) => {
    const name = String(key)
    return [redactText(name), isHidden(name, value) ? '[redacted]' : walk(value, above)] as const
  })
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined))
}

function* readFields(value: object): Generator<readonly [string, unknown]> {
  for (const key of Object.keys(value)) {
    try {
      yield [key, Reflect.get(value, key)]
    } catch {
      yield [key, '[unreadable]']
    }
  }
}

function isHidden(name: string, value: unknown): boolean {
  if (value === undefined || value === null || typeof value === 'boolean') return false
  const plain = name.toLowerCase().replace(/[^a-z]/g, '')
  return credentials.test(plain) || personal.test(plain)
}
