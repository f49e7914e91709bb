import { doChore, itemId, toFailure, type Item, type JobFailure, type Ledger, type Outcome } from '@seatkeeper/core'
import { converge, leaseGraceMs } from './converge.ts'

/** One chore, and the pause between its rounds. */
export interface ChoreTurn {
  readonly item: Extract<Item, { kind: 'chore' }>
  readonly everyMs: number
  /** Told of what ended a round, or a part of one, and will be tried again in the next. */
  readonly onFailure: (failure: JobFailure) => void
}

type Round = () => Promise<{ readonly isDone: boolean }>

/**
 * Does one round of a chore alone, and puts it off to the next.
 *
 * What would be the end of a seat or an order is not the end of a chore: a permanent failure, one that waits for a
 * person, or a round that kills its workers, is told and tried again in the next round. All others end the job as usual.
 *
 * @param round says whether it came to its end; if not, the rest of it is due at once.
 */
export function doRound(ledger: Ledger, { item, everyMs, onFailure }: ChoreTurn, round: Round): Promise<Outcome> {
  const inNextRound = async (afterMs = everyMs): Promise<Outcome> => ({
    status: 'waiting',
    reason: 'scheduled',
    untilMs: (await ledger.nowMs()) + afterMs,
  })
  const giveUpRound = (failure: JobFailure) => {
    onFailure(failure)
    return inNextRound()
  }
  const turn = { id: itemId(item), leaseMs: doChore.deadlineMs + leaseGraceMs, ifCrashing: giveUpRound }
  return converge(ledger, turn, async () => {
    try {
      const { isDone } = await round()
      return await inNextRound(isDone ? everyMs : 0)
    } catch (error) {
      const failure = toFailure(error)
      if (failure.verdict !== 'permanent' && failure.verdict !== 'misconfigured') throw error
      return giveUpRound(failure)
    }
  })
}
