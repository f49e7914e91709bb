import { types } from 'node:util'

/** The `code` of anything thrown, such as Node's `ENOENT`; undefined if it has none. */
export function errorCode(thrown: unknown): string | undefined {
  const code: unknown = types.isNativeError(thrown) && 'code' in thrown ? thrown.code : undefined
  return typeof code === 'string' ? code : undefined
}
