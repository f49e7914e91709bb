import { stripVTControlCharacters } from 'node:util'
import { itemId, type FailureCode, type OrderSnapshot, type WakeUp } from '@seatkeeper/core'
import { anOffer, anOrder } from '@seatkeeper/core/fixture'
import { createLedger, type RedisLedger } from '@seatkeeper/ledger'
import { closeRedis, connectRedis, createLogger, untilRedisReady } from '@seatkeeper/service'
import { startRedis } from '@seatkeeper/simulators'
import { createProgram } from './program.ts'

/** An operator at the command line of a deployment with a Redis of its own. */
export interface Desk {
  readonly ledger: RedisLedger
  /** Calls `seatkeeper` and gives what it printed, without colours. Rejects where it could not be done. */
  seatkeeper(...args: readonly string[]): Promise<string>
  /** The same with a configuration file. */
  withConfig(file: string, ...args: readonly string[]): Promise<string>
  /** Makes an order known, and gives the agenda's name of its seat. */
  sell(order?: Partial<OrderSnapshot>): Promise<string>
  /** Lets the work on an item fail for good. */
  fail(id: string, code: FailureCode): Promise<void>
  /** Forgets everything. */
  empty(): Promise<void>
  close(): Promise<void>
}

export async function openDesk(): Promise<Desk> {
  const server = await startRedis()
  const redis = connectRedis(server.url, 'ledger', createLogger('silent'))
  await untilRedisReady(redis, 5000)
  const ledger = createLedger(redis)
  return {
    ledger,
    seatkeeper: (...args) => seatkeeper({ REDIS_URL: server.url }, args),
    withConfig: (file, ...args) => seatkeeper({ REDIS_URL: server.url, SEATKEEPER_CONFIG: file }, args),
    sell: async (order = {}) => seatOf((await ledger.applySnapshot(anOffer(anOrder(order)))).wakeUps),
    fail: async (id, code) => {
      const generation = (await ledger.itemStatus(id))?.generation ?? 0
      await ledger.fileFailure({ id, generation, code, permanent: true, backoff, random: 0 })
    },
    empty: async () => void (await redis.flushall()),
    close: async () => {
      await closeRedis(redis)
      await server.stop()
    },
  }
}

/** What a command printed, without colours, and the exit code it ends with. */
export interface Called {
  readonly text: string
  readonly code: number
}

/** Calls `seatkeeper` in an environment. Rejects where it could not be done. */
export async function callSeatkeeper(env: Readonly<Record<string, string>>, args: readonly string[]): Promise<Called> {
  const printed: string[] = []
  let ended = 0
  const print = (text: string) => printed.push(text)
  const endWith = (code: number) => (ended = code)
  await createProgram({ env, print, progress: () => undefined, endWith }).parseAsync([...args], { from: 'user' })
  return { text: stripVTControlCharacters(printed.join('\n')), code: ended }
}

/** Calls it and gives what it printed. */
export async function seatkeeper(env: Readonly<Record<string, string>>, args: readonly string[]): Promise<string> {
  return (await callSeatkeeper(env, args)).text
}

const backoff = { firstMs: 1, maxMs: 1, giveUpAfterMs: 1 }

function seatOf(wakeUps: readonly WakeUp[]): string {
  const seat = wakeUps.find(({ item }) => item.kind === 'seat')
  if (seat === undefined) throw new Error('this order claims no seat')
  return itemId(seat.item)
}
