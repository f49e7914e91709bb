import type { DeadFilter, DeadItems, ItemState, Replaying } from '@seatkeeper/core'
import { z } from 'zod'
import { parseWakeUps, readItemState } from './agenda.ts'
import type { LedgerParts } from './scripts.ts'

/** Items read at a time: a connection that fails at once is not to be flooded by thousands. */
const readAtOnce = 200

/** What died, and what operators decide about it. */
export function createDeadItems(parts: LedgerParts): DeadItems {
  const { run } = parts
  const deadNames = async () =>
    z
      .array(z.tuple([z.string(), z.number()]))
      .parse(await run('deadNames'))
      .map(([id, generation]) => ({ id, generation }))
  return {
    deadNames,
    dead: async (filter = {}) => {
      const ids = (await deadNames()).map(({ id }) => id).filter((id) => filter.items?.includes(id) ?? true)
      const found: ItemState[] = []
      for (let from = 0; from < ids.length; from += readAtOnce) {
        const states = await Promise.all(ids.slice(from, from + readAtOnce).map((id) => readMeant(parts, id, filter)))
        found.push(...states.filter((state) => state !== undefined))
      }
      return found
    },
    replay: async ({ id, generation, by, perSecond }) =>
      readReplaying(await run('replayItem', id, generation ?? '', by, perSecond)),
    discard: async ({ id, generation, by, reason }) =>
      (await run('discardItem', id, generation ?? '', by, reason)) === 1,
  }
}

async function readMeant(parts: LedgerParts, id: string, filter: DeadFilter): Promise<ItemState | undefined> {
  const state = await readItemState(parts.redis, parts.prefix, id)
  if (state?.status !== 'dead' || !fits(state, filter)) return undefined
  return filter.store === undefined || (await isOfStore(parts, state, filter.store)) ? state : undefined
}

function fits({ item, lane, failure }: ItemState, { code, lms, sinceMs, ...filter }: DeadFilter): boolean {
  const itsLms = item.kind === 'seat' ? item.lms : item.kind === 'chore' ? item.of : undefined
  return (
    (code === undefined || failure?.code === code) &&
    (filter.lane === undefined || lane === filter.lane) &&
    (lms === undefined || itsLms === lms) &&
    (sinceMs === undefined || (failure?.atMs ?? 0) >= sinceMs)
  )
}

/** Claim keys begin with their store; see `claimKey` in core. */
async function isOfStore({ redis, prefix }: LedgerParts, { item }: ItemState, store: string): Promise<boolean> {
  if (item.kind === 'chore') return item.of === store
  if (item.kind !== 'seat') return item.store === store
  return (await redis.hkeys(`${prefix}seat:${item.seat}:claims`)).some((claim) => claim.startsWith(`${store}/`))
}

function readReplaying(answer: unknown): Replaying {
  const [result, ...texts] = z
    .tuple([z.enum(['replayed', 'left', 'later'])])
    .rest(z.string())
    .parse(answer)
  if (result === 'later') return { result, inMs: Number(texts[0]) }
  return result === 'left' ? { result } : { result, wakeUps: parseWakeUps(texts) }
}
