import { itemId, type DeadFilter, type DeadItems, type OperatorLog } from '@seatkeeper/core'
import { subjectOf } from './operator-words.ts'

export interface DiscardParts {
  readonly agenda: Pick<DeadItems, 'dead' | 'discard'> & Pick<OperatorLog, 'recordAction'>
}

/** Which dead items are given up for good, by whom and why. */
export interface DiscardRequest {
  readonly filter: DeadFilter
  readonly by: string
  /** For the record; names nobody. */
  readonly reason: string
}

/** Names of items. */
export interface Discarded {
  readonly discarded: readonly string[]
  /** Named and not dead, or revived by somebody else meanwhile. */
  readonly left: readonly string[]
}

/**
 * Gives dead items up for good: they rest as they are.
 *
 * A changed fact, an order that was modified since, or a replay by name still has them tried again. To its shop, what was
 * given up stays failed.
 */
export function discard({ agenda }: DiscardParts) {
  return async ({ filter, by, reason }: DiscardRequest): Promise<Discarded> => {
    const dead = await agenda.dead(filter)
    if (dead.length > 0) await agenda.recordAction({ by, action: 'discard', on: subjectOf(filter), detail: reason })
    const discarded: string[] = []
    for (const { item, generation } of dead) {
      const id = itemId(item)
      if (await agenda.discard({ id, generation, by, reason })) discarded.push(id)
    }
    const asked = new Set([...dead.map(({ item }) => itemId(item)), ...(filter.items ?? [])])
    return { discarded, left: [...asked].filter((id) => !discarded.includes(id)) }
  }
}
