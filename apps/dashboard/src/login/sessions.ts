import { createHash, randomBytes } from 'node:crypto'
import type { RedisClient } from '@seatkeeper/service'
import { z } from 'zod'
import { roles, type Visitor } from './visitor.ts'

/** A working day; there is no renewal, because an open board asks for itself. */
const sessionSeconds = 8 * 3600

/** Who is logged in. Redis knows only hashes of session ids, so that reading Redis lets nobody in. */
export interface Sessions {
  /** Begins a session and gives its id: 256 random bits, for the cookie and nowhere else. */
  open(visitor: Visitor): Promise<string>
  /** Whose session it is; undefined for one that is over or never was. */
  visitor(id: string): Promise<Visitor | undefined>
  end(id: string): Promise<void>
}

export interface SessionsParts {
  readonly redis: RedisClient
  readonly prefix: string
  /** How people log in, such as the password's hash: another way ends all sessions. */
  readonly door: string
}

const Record = z.object({ name: z.string(), role: z.enum(roles), door: z.string() })

/** Keeps sessions at `<prefix>session:<sha256 of the id>` for eight hours. */
export function createSessions({ redis, prefix, door }: SessionsParts): Sessions {
  const key = (id: string) => `${prefix}session:${sha256(id)}`
  const openedBy = sha256(door)
  return {
    open: async ({ name, role }) => {
      const id = randomBytes(32).toString('base64url')
      await redis.set(key(id), JSON.stringify({ name, role, door: openedBy }), 'EX', sessionSeconds)
      return id
    },
    visitor: async (id) => {
      const record = readRecord(await redis.get(key(id)))
      return record?.door === openedBy ? { name: record.name, role: record.role } : undefined
    },
    end: async (id) => {
      await redis.del(key(id))
    },
  }
}

/** Undefined for what an earlier release kept, too. */
function readRecord(text: string | null): z.output<typeof Record> | undefined {
  if (text?.startsWith('{') !== true) return undefined
  return Record.safeParse(JSON.parse(text)).data
}

/** Hexadecimal. */
export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
