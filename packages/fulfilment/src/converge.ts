import { JobFailure, type Ledger, type Lease, type Outcome } from '@seatkeeper/core'

/** One item to converge, and how long its turn may last. */
export interface Turn {
  /** The agenda's name of the item; also the key of its lease. */
  readonly id: string
  readonly leaseMs: number
}

type Step = (lease: Lease, generation: number) => Promise<Outcome>

const roundsPerTurn = 3

/**
 * Brings one item to rest under its lease: converge it as it is now, then settle the generation that was read.
 *
 * If a fact changed meanwhile, settling is refused and the item is converged again, three times in all; after that it
 * stays due for its next wake-up. A busy lease ends the turn at once: its holder will see whatever woke us. The other
 * side's own words, where something failed, go to the item's timeline and no further.
 */
export async function converge(ledger: Ledger, { id, leaseMs }: Turn, step: Step): Promise<Outcome> {
  const lease = await ledger.lease(id, leaseMs)
  if (lease === undefined) return { status: 'busy' }
  try {
    for (let round = 0; round < roundsPerTurn; round += 1) {
      const item = await ledger.itemStatus(id)
      if (item === undefined || item.status === 'settled' || item.status === 'dead') return { status: 'superseded' }
      const outcome = await step(lease, item.generation)
      if (await ledger.settle(id, item.generation, outcome, lease)) return outcome
    }
    return { status: 'superseded' }
  } catch (error) {
    if (error instanceof JobFailure && error.theirWords !== undefined) await ledger.noteWords(id, error.theirWords)
    throw error
  } finally {
    await lease.release()
  }
}
