import { startRedis } from '@seatkeeper/simulators'
import { Redis } from 'ioredis'
import { guards, type Guard } from '../chaos/controls.ts'
import { isSound, orderChaos, type OrderChaosResult } from '../chaos/order-chaos.ts'

/** Which stories are told. */
export interface OrderChaosArguments {
  readonly seeds: number
  /** Only this one. */
  readonly seed?: number
  readonly orders: number
  /** Also without each guard, which must be seen. */
  readonly controls: boolean
  readonly say: (text: string) => void
}

/** F4: tells seeded stories of orders in disorder, and gives true if every seat of all of them came out as it must be. */
export async function runOrderChaos({ seeds, seed, orders, controls, say }: OrderChaosArguments): Promise<boolean> {
  const server = await startRedis({ arguments: ['--appendfsync', 'no'] })
  const redis = new Redis(server.url)
  const stories = seed === undefined ? Array.from({ length: seeds }, (_, index) => index + 1) : [seed]
  try {
    const bad = await tellStories(redis, { stories, orders, say })
    const blind = controls ? await blindGuards(redis, { stories, orders, say }) : []
    say(
      bad.length === 0 && blind.length === 0
        ? 'verdict: sound'
        : `verdict: UNSOUND; seeds ${bad.join(', ')} ${blind.join(', ')}`,
    )
    return bad.length === 0 && blind.length === 0
  } finally {
    redis.disconnect()
    await server.stop()
  }
}

interface Stories {
  readonly stories: readonly number[]
  readonly orders: number
  readonly say: (text: string) => void
}

async function tellStories(redis: Redis, { stories, orders, say }: Stories): Promise<readonly number[]> {
  const bad: number[] = []
  for (const seed of stories) {
    const result = await orderChaos(redis, { seed, orders })
    say(inWords(result))
    if (!isSound(result)) bad.push(seed)
  }
  return bad
}

/** Guards without which no story came out wrong: the stories cannot see what they are told for. */
async function blindGuards(redis: Redis, { stories, orders, say }: Stories): Promise<readonly Guard[]> {
  const blind: Guard[] = []
  for (const without of guards) {
    const seen = await firstUnsound(redis, { stories, orders, without })
    say(
      seen === undefined ? `control, without ${without}: BLIND` : `control, without ${without}: wrong at seed ${seen}`,
    )
    if (seen === undefined) blind.push(without)
  }
  return blind
}

async function firstUnsound(
  redis: Redis,
  {
    stories,
    orders,
    without,
  }: { readonly stories: readonly number[]; readonly orders: number; readonly without: Guard },
): Promise<number | undefined> {
  for (const seed of stories) {
    if (!isSound(await orderChaos(redis, { seed, orders, without }))) return seed
  }
  return undefined
}

function inWords(result: OrderChaosResult): string {
  const { seed, changes, deliveries, dropped, mishaps, rows, wrong, wrongAsTold, flapping, idle, troubles } = result
  const faults = Object.entries(mishaps).map(([name, count]) => `${name} ${count}`)
  const faulty = [...wrongAsTold, ...wrong, ...flapping, ...idle, ...troubles]
  const load = `${changes} changes, ${deliveries} deliveries, ${dropped} dropped, ${faults.join(', ')}`
  return `seed ${seed}: ${load}; ${rows} rows, ${faulty.length === 0 ? '0 wrong' : `WRONG: ${faulty.slice(0, 3).join('; ')}`}`
}
