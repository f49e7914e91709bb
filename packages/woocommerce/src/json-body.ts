const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Orders nest seven deep; what goes on much further is not one. */
const deepest = 64

/**
 * The value of a JSON body, or undefined if it is none that can be stored and compared safely.
 *
 * Refused: invalid UTF-8, a byte order mark, NUL and lone surrogates in any text (escaped ones too), more than 64 levels.
 * `JSON.parse` keeps its own stack, so a deep body costs milliseconds and no recursion before it is refused.
 */
export function readJson(body: Buffer): unknown {
  try {
    const value: unknown = JSON.parse(utf8.decode(body))
    return isSound(value) ? value : undefined
  } catch {
    return undefined
  }
}

function isSound(value: unknown, depth = 0): boolean {
  if (typeof value === 'string') return value.isWellFormed() && !value.includes('\0')
  if (typeof value !== 'object' || value === null) return true
  return depth < deepest && Object.values(value).every((inner) => isSound(inner, depth + 1))
}
