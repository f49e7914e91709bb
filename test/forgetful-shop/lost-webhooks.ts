import { isConserved } from '@seatkeeper/core'
import type { FaultReport, FaultRun, FaultTest } from '../faults/fault-test.ts'
import { isSound } from '../faults/fault-test.ts'
import { seeded } from '../faults/random.ts'
import { followHealing, type Healing } from './healing.ts'
import { startForgetfulShop, type ForgetfulShop } from './scene.ts'
import { tell, type StoryCounts } from './story.ts'

const guards = ['reconcile', 'watch'] as const
type Guard = (typeof guards)[number]

/** Time is virtual; shop, LMS, ingress and Redis are real servers. */
export const lostWebhooks: FaultTest = {
  name: 'lost-webhooks',
  promise:
    'a shop tells nine of ten changes, and disables its webhooks while we are away; the LMS must have it all within 15 min',
  run: (run) => loseAndCount(run),
  control: { without: guards.join(', or '), run: runWithoutGuards },
}

const sizes = { small: 250, full: 1000 } as const
const minuteMs = 60_000
const healedWithinMs = 15 * minuteMs
/** Of a disabled webhook. */
const noticedWithinMs = 5 * minuteMs

/** Unsound only if each guard is missed. */
async function runWithoutGuards(run: FaultRun): Promise<FaultReport> {
  const reports: FaultReport[] = []
  for (const without of guards) {
    const report = await loseAndCount(run, without)
    run.say(`  without ${without}: ${[...report.lost, ...report.broken][0] ?? 'nothing wrong'}`)
    if (isSound(report)) return report
    reports.push(report)
  }
  const [first, ...others] = reports as [FaultReport, ...FaultReport[]]
  return { ...first, broken: [...first.broken, ...others.flatMap(({ broken }) => broken)] }
}

async function loseAndCount({ scale, seed }: FaultRun, without?: Guard): Promise<FaultReport> {
  const scene = await startForgetfulShop({ without })
  try {
    const healing = followHealing((order) => scene.isEnrolled(order))
    const counts = await tell(scene, healing, { orders: sizes[scale], random: seeded(seed) })
    return await reportOf(scene, healing, counts)
  } finally {
    await scene.close()
  }
}

async function reportOf(scene: ForgetfulShop, healing: Healing, counts: StoryCounts): Promise<FaultReport> {
  const { campus, rounds } = scene
  const extra = (kind: 'activated' | 'deactivated') =>
    healing.orders.filter(
      (order) => scene.times(kind, order) > healing.wishes(order)[kind === 'activated' ? 'in' : 'out'],
    )
  const late = healing.slowerThan(healedWithinMs)
  const healed = rounds.reduce((sum, { applied, bumped }) => sum + applied + bumped, 0)
  const disabledForMs = (counts.activeAgainAtMs ?? scene.nowMs()) - counts.backAtMs
  return {
    load: `${healing.orders.length} orders, ${counts.refunds} refunds, ${counts.inOneSecond} cancelled in one second`,
    faults: `${counts.dropped} webhooks dropped, away for ten minutes, ${counts.secondChanges} changed twice in a second, ${counts.shifted} moved while listed`,
    lost: healing.differing(),
    duplicated: extra('activated').map((order) => `order ${order}`),
    broken: [
      ...extra('deactivated').map((order) => `order ${order} was revoked although nobody withdrew it`),
      ...(late > 0 ? [`${late} changes took longer than 15 min`] : []),
      ...(counts.disabledAtMs === null ? ['the shop never disabled a webhook, so the test saw nothing'] : []),
      ...(counts.activeAgainAtMs === null ? ['a webhook stayed disabled'] : []),
      ...(disabledForMs > noticedWithinMs ? ['a webhook stayed disabled for more than 5 min after we were back'] : []),
      ...(isConserved(await scene.ledger.conservation()) ? [] : ['the count of the agenda is not even']),
      ...scene.troubles,
    ],
    worstAnswerMs: null,
    figures: {
      healing: `${healed} orders by reconcile, worst ${inMinutes(healing.worstMs)}`,
      webhooks: `active again ${inMinutes(disabledForMs)} after we were back`,
      calls: `${rounds.length} rounds; ${campus.journal.length} calls of the LMS, ${counts.calls} of the shop`,
    },
  }
}

function inMinutes(ms: number): string {
  return `${(ms / minuteMs).toFixed(1)} min`
}
