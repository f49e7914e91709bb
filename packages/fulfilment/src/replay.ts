import { setTimeout as pause } from 'node:timers/promises'
import {
  itemId,
  type DeadFilter,
  type DeadItems,
  type FailureCode,
  type ItemState,
  type OperatorLog,
  type WakeUp,
} from '@seatkeeper/core'
import { subjectOf } from './operator-words.ts'

export interface ReplayParts {
  readonly agenda: Pick<DeadItems, 'dead' | 'replay'> & Pick<OperatorLog, 'recordAction'>
  readonly wake: (wakeUps: readonly WakeUp[]) => Promise<void>
}

/** Which dead items are tried again, for whom, and how fast. */
export interface ReplayRequest {
  readonly filter: DeadFilter
  /** Who asked, for the record. */
  readonly by: string
  /** Of the whole deployment, whoever replays; 20 unless said, which is 5,000 in four minutes. */
  readonly perSecond?: number
  /** Told after each item. */
  readonly onProgress?: (progress: { readonly done: number; readonly of: number }) => void
  /** Ends it between two items: what is replayed is replayed, the rest stays dead. */
  readonly signal?: AbortSignal
}

/** Names of items. */
export interface Replayed {
  readonly replayed: readonly string[]
  /** Named, or dead when it began, but revived by somebody else meanwhile or not dead at all. */
  readonly left: readonly string[]
}

/** Replays a second that neither flood an LMS's queue nor make a person wait. */
export const replaysPerSecond = 20

/**
 * Opens dead items again, one by one, and with a seat the orders behind it.
 *
 * Each is one atomic step of its own and only of the generation that was dead when it began. So two at once do it once, and
 * whoever is stopped half-way leaves the rest dead for the next run. Orders go before seats: a held order is released in
 * its own name before a seat has it read.
 *
 * @throws the signal's reason, if that ends it.
 */
export function replay(parts: ReplayParts) {
  return async (request: ReplayRequest): Promise<Replayed> => {
    const { agenda } = parts
    const { filter } = request
    const asked = inOrder(await agenda.dead(filter), filter)
    if (asked.length > 0) await agenda.recordAction(entryOf(request, asked.length))
    return replayEach(parts, asked, request)
  }
}

/** Opens these again in this order, without a record of its own. @throws the signal's reason, if that ends it. */
export async function replayEach(
  { agenda, wake }: Pick<ReplayParts, 'wake'> & { readonly agenda: Pick<DeadItems, 'replay'> },
  asked: readonly Asked[],
  request: Omit<ReplayRequest, 'filter'>,
): Promise<Replayed> {
  const { onProgress, signal } = request
  const replayed: string[] = []
  const left: string[] = []
  for (const [index, { id, generation }] of asked.entries()) {
    signal?.throwIfAborted()
    const wakeUps = await replayOne(agenda, { id, generation }, request)
    if (wakeUps === undefined) left.push(id)
    else {
      replayed.push(id)
      await wake(wakeUps)
    }
    onProgress?.({ done: index + 1, of: asked.length })
  }
  return { replayed, left }
}

function entryOf({ filter, by }: ReplayRequest, items: number) {
  return { by, action: 'replay', on: subjectOf(filter), detail: `items: ${items}` } as const
}

interface Asked {
  readonly id: string
  /** Null for an item that was named and was not dead: it may have been discarded. */
  readonly generation: number | null
}

/** Orders before seats; then those that were named and are not dead. */
export function inOrder(dead: readonly ItemState[], { items = [] }: DeadFilter): readonly Asked[] {
  const found = dead.map(({ item, generation }) => ({ id: itemId(item), generation, isSeat: item.kind === 'seat' }))
  const unfound = [...new Set(items)].filter((id) => !found.some((one) => one.id === id))
  return [...found.toSorted((one, other) => Number(one.isSeat) - Number(other.isSeat)), ...unfound.map(unread)]
}

function unread(id: string): Asked {
  return { id, generation: null }
}

/** Waits for its turn. Undefined if somebody else was faster. */
async function replayOne(
  agenda: Pick<DeadItems, 'replay'>,
  { id, generation }: Asked,
  { by, perSecond = replaysPerSecond, signal }: Omit<ReplayRequest, 'filter'>,
): Promise<readonly WakeUp[] | undefined> {
  for (;;) {
    const answer = await agenda.replay({ id, generation, by, perSecond })
    if (answer.result === 'left') return undefined
    if (answer.result === 'replayed') return answer.wakeUps
    await pause(answer.inMs, undefined, signal === undefined ? {} : { signal })
  }
}

/** How many dead items there are of each failure code, the most frequent first. Pure; for a preview. */
export function countByCode(dead: readonly ItemState[]): readonly (readonly [FailureCode, number])[] {
  const groups = Map.groupBy(dead, ({ failure }) => failure?.code ?? 'UNEXPECTED')
  return [...groups].map(([code, same]) => [code, same.length] as const).toSorted(([, one], [, other]) => other - one)
}
