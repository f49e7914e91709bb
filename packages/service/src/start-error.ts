import { types } from 'node:util'
import { errorCode } from './error-code.ts'

/** Why a process does not start, told so that an operator can act: `message` is the whole text to print. */
export class StartError extends Error {
  override readonly name: string = 'StartError'
}

/** Everything that is wrong with the configuration at once. `message` is the whole text and shows no value. */
export class ConfigError extends StartError {
  override readonly name = 'ConfigError'
}

/** What an operator can do about a failed start, in one sentence; undefined if it looks like a bug of ours. */
export function startProblem(error: unknown): string | undefined {
  if (!types.isNativeError(error)) return undefined
  if (error instanceof StartError) return error.message
  return listenProblem(error) ?? redisProblem(error)
}

function listenProblem(error: Error): string | undefined {
  const port = 'port' in error ? String(error.port) : 'it was given'
  switch (errorCode(error) ?? '') {
    case 'EADDRINUSE':
      return `Port ${port} is in use; stop what listens there or configure another port.`
    case 'EADDRNOTAVAIL':
      return 'The address to listen on is not one of this machine; configure 0.0.0.0 or one of its own.'
    case 'EACCES':
      return `This user may not listen on port ${port}; configure one above 1023.`
    default:
      return undefined
  }
}

function redisProblem(error: Error): string | undefined {
  if (/^(NOAUTH|WRONGPASS|NOPERM)\b/.test(error.message))
    return 'Redis refuses our user or password; correct the address of Redis in the configuration.'
  if ('syscall' in error && (error.syscall === 'connect' || error.syscall === 'getaddrinfo'))
    return `No connection to Redis or another service we need (${errorCode(error)}); start it or correct its address.`
  return undefined
}
