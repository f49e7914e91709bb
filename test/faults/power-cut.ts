import { OrderId, StoreId } from '@seatkeeper/core'
import { createLedger } from '@seatkeeper/ledger'
import { Redis } from 'ioredis'
import { startSystemProcesses, type SystemProcesses } from '../e2e/processes.ts'
import { until } from '../e2e/until.ts'
import type { FaultReport, FaultRun, FaultTest } from './fault-test.ts'
import { prepareFragileDisk, whatPowerCutLacks, type FragileDisk } from './fragile-disk.ts'
import { openSales } from './sales.ts'
import { acknowledged, startSelling, worstAnswerMs, type Delivery } from './selling.ts'

/**
 * SIGKILL alone proves nothing about the disk, because the kernel still writes what it was given; so what was not synced is
 * cut off too. There are no workers: what counts is what Redis knows again.
 */
export const powerCut: FaultTest = {
  name: 'power-cut',
  promise: 'power cuts of the Redis host in the middle of bursts of webhooks; nothing acknowledged may be lost',
  lacks: whatPowerCutLacks,
  run: (run) => cutAndCount(run, 'always'),
  control: {
    without: 'appendfsync always (everysec)',
    run: (run) => cutAndCount(run, 'everysec'),
  },
}

const sizes = { small: { cuts: 2, webhooks: 300 }, full: { cuts: 10, webhooks: 2000 } } as const
const sellers = 20
/** What one round may sell beyond what it waits for: acknowledgements that came while the power was being cut. */
const slack = 2

async function cutAndCount({ scale, say }: FaultRun, appendfsync: 'always' | 'everysec'): Promise<FaultReport> {
  const { cuts, webhooks } = sizes[scale]
  const disk = await prepareFragileDisk()
  try {
    const system = await startSystemProcesses({
      processes: { ingress: 'ingress' },
      redis: { ...disk.redis, arguments: ['--appendfsync', appendfsync] },
      settings: { REDIS_APPENDFSYNC: appendfsync, LOG_LEVEL: 'error' },
    })
    try {
      return await cutAgainAndAgain({ system, disk, cuts, webhooks, say })
    } finally {
      await system.close()
    }
  } finally {
    await disk.remove()
  }
}

interface Cutting {
  readonly system: SystemProcesses
  readonly disk: FragileDisk
  readonly cuts: number
  readonly webhooks: number
  readonly say: (text: string) => void
}

async function cutAgainAndAgain({ system, disk, cuts, webhooks, say }: Cutting): Promise<FaultReport> {
  const sales = openSales(system, cuts * webhooks * slack)
  const ingressUrl = system.process('ingress').url
  const deliveries: Delivery[] = []
  const lost: string[] = []
  let droppedBytes = 0
  for (let cut = 1; cut <= cuts; cut += 1) {
    const selling = startSelling({ shop: system.shop, sales, ingressUrl, sellers, restMs: 0 })
    const isBurning = () => acknowledged(selling.deliveries).length >= webhooks
    await until(`${webhooks} are acknowledged`, isBurning, { withinMs: 180_000 })
    droppedBytes += await disk.cutPower(system.redis)
    await selling.stop()
    await system.redis.restart()
    lost.push(...(await missing(system.redis.url, acknowledged(selling.deliveries))))
    deliveries.push(...selling.deliveries)
    say(`  cut ${cut}: ${acknowledged(deliveries).length} acknowledged so far, ${lost.length} lost`)
    await untilTaken(system)
  }
  return {
    load: `${deliveries.length} webhooks sent, ${acknowledged(deliveries).length} acknowledged`,
    faults: `${cuts} power cuts, ${droppedBytes} bytes that were not synced`,
    lost,
    duplicated: [],
    broken: [],
    worstAnswerMs: worstAnswerMs(deliveries),
  }
}

/** The orders that the ledger does not know. */
async function missing(redisUrl: string, orders: readonly number[]): Promise<readonly string[]> {
  const redis = new Redis(redisUrl)
  const ledger = createLedger(redis)
  const store = StoreId.parse('shop')
  const views = await Promise.all(orders.map((order) => ledger.orderView({ store, order: OrderId.parse(`${order}`) })))
  redis.disconnect()
  return orders.filter((_, index) => views[index] === undefined).map((order) => `order ${order}`)
}

async function untilTaken(system: SystemProcesses): Promise<void> {
  const isReady = () =>
    fetch(`${system.process('ingress').healthUrl}/ready`).then(
      ({ ok }) => ok,
      () => false,
    )
  await until('the ingress is ready again', isReady)
}
