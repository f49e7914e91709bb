import {
  doChore,
  enrollSeat,
  gateName,
  laneOf,
  LmsId,
  revokeSeat,
  type CallClass,
  type JobData,
  type Lms,
  type MeteredLms,
  type Outcome,
} from '@seatkeeper/core'
import { audit, callsPerAuditTurn, callsPerSeat, doRound, settleSeat } from '@seatkeeper/fulfilment'
import type { LmsConfig } from '@seatkeeper/openedx'
import { startWorker } from '@seatkeeper/queue'
import { behindGate, type Bench, type Lanes } from './bench.ts'
import { patienceOf, type Role } from './config.ts'
import { reserving } from './reserving.ts'

/** One LMS, its settings and what this process does for it. */
interface SeatWork {
  readonly config: LmsConfig
  readonly lms: MeteredLms
  readonly roles: readonly Role[]
}

/**
 * Settles the seats of one LMS: a lane for each role, so that a refund never waits behind a sale. Who revokes also audits,
 * having the least to do.
 */
export function startSeatLanes(bench: Bench, { config, lms, roles }: SeatWork): Lanes {
  const { id } = config
  const parts = { ledger: bench.ledger, wake: bench.wake, patience: patienceOf(config), policy: config }
  const settling = (of: CallClass) =>
    reserving(lms, { class: of, ...callsPerSeat, holdMs: holdMsOf(enrollSeat) }, (own) =>
      settleSeat({ ...parts, lms: own }),
    )
  const looking = { class: 'housekeeping', calls: callsPerAuditTurn, holdMs: holdMsOf(doChore) } as const
  const lanes = behindGate(bench, gateName.lms(id), lms, (deps) => [
    ...(roles.includes('enroll') ? [startWorker(enrollSeat, laneOf.enroll(id), settling('enroll'), deps)] : []),
    ...(roles.includes('revoke') ? [startWorker(revokeSeat, laneOf.revoke(id), settling('revoke'), deps)] : []),
    ...(roles.includes('revoke')
      ? [
          startWorker(
            doChore,
            laneOf.audit(id),
            reserving(lms, looking, (own) => auditing(bench, config, own)),
            deps,
          ),
        ]
      : []),
  ])
  const prepare = () => bench.ledger.ensureChore({ kind: 'chore', chore: 'audit', of: id }, laneOf.audit(id))
  return { ...lanes, prepare: roles.includes('revoke') ? prepare : () => Promise.resolve() }
}

const minuteMs = 60_000

/** A job begins no call after its deadline; then only those that it did not make may be promised to others. */
function holdMsOf({ deadlineMs }: { readonly deadlineMs: number }): number {
  return deadlineMs + 5000
}

function auditing({ ledger, wake, signals, log }: Bench, { drift, auditMinutes }: LmsConfig, lms: Lms) {
  const auditOnce = audit({ ledger, lms, wake, policy: { drift } })
  return ({ of }: JobData<typeof doChore>, { signal }: { readonly signal: AbortSignal }): Promise<Outcome> => {
    const id = LmsId.parse(of)
    const onFailure = (error: unknown) => log.warn('chore.failed', { chore: 'audit', of, error })
    const turn = {
      item: { kind: 'chore', chore: 'audit', of: id },
      everyMs: auditMinutes * minuteMs,
      onFailure,
    } as const
    return doRound(ledger, turn, async () => {
      const audited = await auditOnce(id, { signal })
      signals.onAudited(id, audited)
      return { isDone: audited.isRoundOver }
    })
  }
}
