import { setTimeout as pause } from 'node:timers/promises'
import type { SystemProcesses } from '../e2e/processes.ts'
import { asAdmin } from './redis-troubles.ts'
import type { Sales } from './sales.ts'
import { acknowledged, type Selling } from './selling.ts'

interface FillingUp {
  readonly system: SystemProcesses
  readonly sales: Sales
  readonly selling: Selling
  /** Whether the shop gave up its webhook. */
  readonly isDisabled: () => boolean
}

const leftForNewsBytes = 200_000
const watermark = 0.8
const longestMs = 60_000

/**
 * The LMS is out while orders come in, until Redis takes no more; then the LMS is back, and workers have to do what was
 * acknowledged although Redis is as full as before. At the end it has memory again.
 *
 * Gives how many webhooks were refused meanwhile, and how long the first job took; null if there was none.
 */
export async function memoryFull({
  system,
  sales,
  selling,
  isDisabled,
}: FillingUp): Promise<{ readonly refused: number; readonly firstJobMs: number | null }> {
  const bringLmsBack = system.campus.faults.add({ route: 'any', kind: 'status', status: 503 })
  const sentBefore = selling.deliveries.length
  await limitMemory(system)
  const refusals = () => selling.deliveries.slice(sentBefore).filter(({ status }) => status === 503).length
  await atMost(longestMs, () => refusals() > 5)
  await Promise.all([system.shop.deliver(), atMost(longestMs, isDisabled)])
  const held = () => acknowledged(selling.deliveries).filter((order) => sales.isHeld(order)).length
  const heldBefore = held()
  bringLmsBack()
  const startedMs = performance.now()
  const isMoving = () => held() > heldBefore
  await atMost(longestMs / 2, isMoving)
  const firstJobMs = isMoving() ? performance.now() - startedMs : null
  await asAdmin(system.redis, (redis) => redis.config('SET', 'maxmemory', '0'))
  return { refused: refusals(), firstJobMs }
}

async function limitMemory({ redis: server }: SystemProcesses): Promise<void> {
  await asAdmin(server, async (redis) => {
    const used = Number(/^used_memory:(\d+)/m.exec(await redis.info('memory'))?.[1])
    await redis.config('SET', 'maxmemory', String(Math.ceil((used + leftForNewsBytes) / watermark)))
  })
}

async function atMost(ms: number, isSo: () => boolean): Promise<void> {
  const deadline = performance.now() + ms
  while (!isSo() && performance.now() < deadline) await pause(50)
}
