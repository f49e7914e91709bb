import type { HttpAnswer } from '@seatkeeper/core'

/** What an answer's body is, before anybody asks what it means. `broken`: announced as JSON, and none. */
export type Body = { readonly kind: 'empty' | 'page' | 'broken' } | { readonly kind: 'json'; readonly json: unknown }

/** Parses what is announced as JSON, and nothing else. */
export function readBody({ mediaType, body }: HttpAnswer): Body {
  if (body.length === 0) return { kind: 'empty' }
  if (!mediaType.endsWith('json')) return { kind: 'page' }
  try {
    return { kind: 'json', json: JSON.parse(body) }
  } catch {
    return { kind: 'broken' }
  }
}

/** The JSON of an answer's body; undefined where there is none. */
export function jsonOf(answer: HttpAnswer): unknown {
  const body = readBody(answer)
  return body.kind === 'json' ? body.json : undefined
}

/** One field of a JSON object; undefined where there is none, or no object. */
export function fieldOf(json: unknown, name: string): unknown {
  return typeof json === 'object' && json !== null ? Reflect.get(json, name) : undefined
}

/** The same where it is a text. Anything else is not made one: that of `{"toString":1}` throws, that of deep lists too. */
export function textOf(json: unknown, name: string): string | undefined {
  const value = fieldOf(json, name)
  return typeof value === 'string' ? value : undefined
}

const fieldsWithWords = ['message', 'detail', 'developer_message', 'error_description', 'error', 'error_msg']
const mostCharacters = 500

/**
 * What the LMS said in its own words, for the timeline: at most 500 characters, without our secrets.
 *
 * A course that lacks a mode lists the modes it has; they are added.
 */
export function wordsOf(answer: HttpAnswer, secrets: readonly string[]): string {
  const json = jsonOf(answer)
  const said = fieldsWithWords.map((name) => textOf(json, name)).find((text) => text !== undefined)
  const modes = fieldOf(fieldOf(json, 'course_details'), 'course_modes')
  const offered = Array.isArray(modes)
    ? ` Offered: ${modes.map((mode) => textOf(mode, 'slug') ?? '?').join(', ')}.`
    : ''
  return redact(`${said ?? answer.body}${offered}`, secrets).slice(0, mostCharacters)
}

function redact(text: string, secrets: readonly string[]): string {
  const spellings = secrets.flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1), formOf(secret)])
  const withoutSecrets = spellings.reduce((rest, secret) => rest.replaceAll(secret, '[redacted]'), text)
  return withoutSecrets.replaceAll(/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, '[redacted]')
}

/** As we send it to the token endpoint. */
function formOf(text: string): string {
  return new URLSearchParams([['', text]]).toString().slice(1)
}
