import type { Random } from '../faults/random.ts'
import { createActor } from './actor.ts'
import type { Healing } from './healing.ts'
import type { ForgetfulShop } from './scene.ts'

/** What happens at the shop, and what of it is never told. */
export interface Story {
  readonly orders: number
  readonly random: Random
}

/** What was done to the shop's news, in numbers. */
export interface StoryCounts {
  dropped: number
  refunds: number
  /** Orders that changed twice in one second, and only the first change was told. */
  secondChanges: number
  /** Orders that moved to another page while the listing was read. */
  shifted: number
  /** Of the shop's REST API. */
  calls: number
  /** When the shop disabled a webhook, when all were active again, and when the ingress was back; milliseconds. */
  disabledAtMs: number | null
  activeAgainAtMs: number | null
  backAtMs: number
  /** The most changes in one second. */
  inOneSecond: number
}

const stepMs = 10_000
const steps = (minutes: number) => (minutes * 60_000) / stepMs
const sellingFor = steps(40)
const awayFrom = steps(15)
const awayUntil = steps(25)
const healWithin = steps(15)
const dropShare = 0.1
const changedShare = 0.4
const inBulkShare = 0.45

/**
 * Forty minutes of selling and changing, of which the ingress is away for ten; then a bulk action within one second; then
 * quiet, for as long as healing may take.
 */
export async function tell(scene: ForgetfulShop, healing: Healing, { orders, random }: Story): Promise<StoryCounts> {
  const counts = countersFrom(scene.nowMs())
  const actor = createActor(scene, { healing, random, counts })
  scene.shop.faults.dropDeliveries(() => {
    const isDropped = random.next() < dropShare
    if (isDropped) counts.dropped += 1
    return isDropped
  })
  for (let step = 0; step < sellingFor; step += 1) {
    if (step === awayFrom) await scene.gateway.close()
    if (step === awayUntil) {
      await scene.gateway.reopen()
      counts.backAtMs = scene.nowMs()
    }
    const share = (step + 1) / sellingFor
    while (actor.sold < orders * share) actor.sell()
    while (actor.changed < orders * changedShare * share) await actor.change()
    await passAStep(scene, healing, counts)
  }
  counts.inOneSecond = actor.cancelInBulk(Math.floor(orders * inBulkShare))
  for (let step = 0; step < healWithin; step += 1) await passAStep(scene, healing, counts)
  return counts
}

function countersFrom(nowMs: number): StoryCounts {
  const none = { dropped: 0, refunds: 0, secondChanges: 0, shifted: 0, calls: 0, inOneSecond: 0 }
  return { ...none, disabledAtMs: null, activeAgainAtMs: null, backAtMs: nowMs }
}

async function passAStep(scene: ForgetfulShop, healing: Healing, counts: StoryCounts): Promise<void> {
  await scene.shop.deliver()
  const isDisabled = scene.shop.webhooks().some(({ status }) => status === 'disabled')
  if (isDisabled) counts.disabledAtMs ??= scene.nowMs()
  await scene.work()
  healing.look(scene.nowMs())
  const isActive = scene.shop.webhooks().every(({ status }) => status === 'active')
  if (!isActive) counts.activeAgainAtMs = null
  else if (counts.disabledAtMs !== null) counts.activeAgainAtMs ??= scene.nowMs()
  await scene.pass(stepMs)
}
