import { StartError } from '@seatkeeper/service'

/** Tells an operator why there is no private Redis: none to be had, or another one serves the same folder. */
export function sayWhyNoRedis(cause: unknown): never {
  if (cause instanceof Error) throw new StartError(`${cause.message}.`, { cause })
  throw cause
}
