import { createHash, randomBytes } from 'node:crypto'
import type { Redis } from 'ioredis'

/** A working day; there is no renewal, because an open board asks for itself. */
const sessionSeconds = 8 * 3600

/** Who is logged in. Redis knows only hashes of session ids, so that reading Redis lets nobody in. */
export interface Sessions {
  /** Begins a session and gives its id: 256 random bits, for the cookie and nowhere else. */
  open(): Promise<string>
  isOpen(id: string): Promise<boolean>
  end(id: string): Promise<void>
}

export interface SessionsParts {
  readonly redis: Redis
  readonly prefix: string
  /** Another password hash ends all sessions. */
  readonly passwordHash: string
}

/** Keeps sessions at `<prefix>session:<sha256 of the id>` for eight hours. */
export function createSessions({ redis, prefix, passwordHash }: SessionsParts): Sessions {
  const key = (id: string) => `${prefix}session:${sha256(id)}`
  const openedWith = sha256(passwordHash)
  return {
    open: async () => {
      const id = randomBytes(32).toString('base64url')
      await redis.set(key(id), openedWith, 'EX', sessionSeconds)
      return id
    },
    isOpen: async (id) => (await redis.get(key(id))) === openedWith,
    end: async (id) => {
      await redis.del(key(id))
    },
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
