import { JobFailure, type ItemStatus, type Lease, type Ledger, type Outcome } from '@seatkeeper/core'

/** One item to converge, and how long its turn may last. */
export interface Turn {
  /** The agenda's name of the item; also the key of its lease. */
  readonly id: string
  readonly leaseMs: number
  /** What becomes of it in place of its fourth worker; it fails with CRASHED unless given. */
  readonly ifCrashing?: (failure: JobFailure) => Promise<Outcome>
}

/** A lease outlasts its job's deadline by this, so that a job that keeps to it never loses its turn. */
export const leaseGraceMs = 5000

/** Told how the item stood when its turn began. */
type Step = (lease: Lease, status: ItemStatus) => Promise<Outcome>

const turnsPerWakeUp = 3
/** The second and the third worker died while nothing else that was suspected was at work. */
const crashesUntilDead = 3

/**
 * Brings one item to rest under its lease: converge it as it is now, then settle the generation that was read.
 *
 * If a fact changed meanwhile, neither an outcome nor a failure is worth anything: the item is converged again, three
 * times in all, and then left due. A busy lease ends the wake-up at once: its holder gives it back in one step with
 * looking whether something changed, so it sees whatever woke us; should it have died, the sweep looks
 * once its lease has run out. Whoever loses the lease on the way may have written too late, so the ledger opens what was
 * settled meanwhile once more. The other side's own words, where something failed, go to the item's timeline and no further.
 *
 * An item over which a worker died is a suspect, as is all that this worker had in hand. Suspects take turns, so that the
 * one that kills again is known by it, and dies with CRASHED in place of its fourth worker.
 */
export async function converge(ledger: Ledger, item: Turn, step: Step): Promise<Outcome> {
  const { id, leaseMs } = item
  for (let turn = 0; turn < turnsPerWakeUp; turn += 1) {
    const lease = await ledger.lease(id, leaseMs)
    if (lease === undefined) {
      await ledger.lookAfterLease(id)
      return { status: turn === 0 ? 'busy' : 'superseded' }
    }
    if (!lease.mayWork) {
      await lease.release()
      return { status: 'quarantined' }
    }
    const outcome = await takeTurn(ledger, item, lease, step)
    if (outcome !== 'changed') return outcome
  }
  return { status: 'superseded' }
}

async function takeTurn(
  ledger: Ledger,
  { id, ifCrashing = (failure) => Promise.reject(failure) }: Turn,
  lease: Lease,
  step: Step,
): Promise<Outcome | 'changed'> {
  const item = await ledger.itemStatus(id).catch(async (error: unknown) => {
    await lease.release()
    throw error
  })
  if (item === undefined || item.status === 'settled' || item.status === 'dead') {
    await lease.release()
    return { status: 'superseded' }
  }
  const { generation, status } = item
  try {
    const outcome = await (lease.crashes < crashesUntilDead
      ? step(lease, status)
      : ifCrashing(new JobFailure('CRASHED', `${lease.crashes} workers died over it`)))
    if (await ledger.settle(id, generation, outcome, lease)) return outcome
    await lease.release()
    return 'changed'
  } catch (error) {
    const hasChanged = await ledger.giveBack(lease, id, generation)
    if (error instanceof JobFailure && error.theirWords !== undefined) await ledger.noteWords(id, error.theirWords)
    if (hasChanged) return 'changed'
    throw error
  }
}
