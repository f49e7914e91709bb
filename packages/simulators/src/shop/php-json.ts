/**
 * JSON as PHP spells it: pure ASCII, `/` as `\/`, everything else as `\uXXXX`, emoji as surrogate pairs.
 *
 * @see php-src, `ext/json/json_encoder.c`, `php_json_escape_string`
 */
export function phpJson(value: unknown): Buffer {
  const text = JSON.stringify(value)
    .replaceAll('/', String.raw`\/`)
    .replaceAll(/[\u0080-\uffff]/g, escapeUnit)
  return Buffer.from(text, 'latin1')
}

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
}
