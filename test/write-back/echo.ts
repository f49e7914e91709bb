import { isConserved } from '@seatkeeper/core'
import { startRedis, type RestFault } from '@seatkeeper/simulators'
import { Redis } from 'ioredis'
import type { FaultReport, FaultRun, FaultTest } from '../faults/fault-test.ts'
import { seeded, type Random } from '../faults/random.ts'
import { startToldShop, type ToldShop } from './told-shop.ts'

/** Shop, adapter and ledger are real; what workers do is done by hand. */
export const echo: FaultTest = {
  name: 'echo',
  promise: 'a shop that fails half the time is told of every order; one note each, and our own echoes change nothing',
  run: (run) => tellAndCount(run, (redis, prefix) => startToldShop(redis, prefix)),
  control: {
    without: 'looking for notes',
    run: (run) => tellAndCount(run, (redis, prefix) => startToldShop(redis, prefix, { looksForNotes: false })),
  },
}

const sizes = { small: 30, full: 200 } as const
const mostRounds = 30
const notes = { method: 'POST', path: /\/notes$/, times: 1 }
const puts = { method: 'PUT', times: 1 }
const reads = { method: 'GET', times: 1 }
const troubles = ['reset', 'lose-answer', 500, 502, 503] as const

/** Makes the next note, status or reading fail, each every other time. */
export function failHalfTheTime({ shop }: Pick<ToldShop, 'shop'>, random: Random): void {
  shop.faults.clear()
  for (const calls of [notes, puts, reads].filter(() => random.next() < 0.5)) {
    const trouble = random.pick<(typeof troubles)[number]>(troubles)
    const fault: RestFault = typeof trouble === 'number' ? { kind: 'page', status: trouble } : { kind: trouble }
    shop.faults.rest(fault, calls)
  }
}

/** Tells until nothing is left to tell of an order; gives the orders that webhooks came about meanwhile. */
export async function tellAll(
  told: ToldShop,
  order: number,
  prepare: () => void = () => undefined,
): Promise<unknown[]> {
  const echoes: unknown[] = []
  for (let round = 0; (await told.isLeftToTell(order)) && round < mostRounds; round += 1) {
    prepare()
    await told.tell(order).catch(() => undefined)
    echoes.push(...(await told.settle(order)))
    told.waitAMinute()
  }
  return echoes
}

async function tellAndCount(
  { scale, seed }: FaultRun,
  open: (redis: Redis, prefix: string) => Promise<ToldShop>,
): Promise<FaultReport> {
  const server = await startRedis()
  const redis = new Redis(server.url)
  const told = await open(redis, '{echo}:')
  const random = seeded(seed)
  const counts: Counted[] = []
  try {
    while (counts.length < sizes[scale]) {
      const order = await told.sell()
      const failing = await tellAll(told, order, () => failHalfTheTime(told, random))
      told.shop.faults.clear()
      const echoes = [...failing, ...(await tellAll(told, order))].length
      counts.push({ order, echoes, notes: (await told.notesOf(order)).length })
    }
    return reportOf(counts, isConserved(await told.conservation()))
  } finally {
    await told.stop()
    redis.disconnect()
    await server.stop()
  }
}

interface Counted {
  readonly order: number
  /** Webhooks that our telling brought about. */
  readonly echoes: number
  readonly notes: number
}

function reportOf(counts: readonly Counted[], isEven: boolean): FaultReport {
  return {
    load: `${counts.length} orders`,
    faults: 'every other note, status and reading of the shop fails or loses its answer',
    lost: counts.filter(({ notes: said }) => said === 0).map(({ order }) => `note of ${order}`),
    duplicated: counts
      .filter(({ notes: said }) => said > 1)
      .map(({ order, notes: said }) => `${said} notes of ${order}`),
    broken: [
      ...counts.filter(({ echoes }) => echoes > 1).map(({ order, echoes }) => `order ${order}: ${echoes} webhooks`),
      ...(isEven ? [] : ['the count of the agenda is not even']),
    ],
    worstAnswerMs: null,
  }
}
