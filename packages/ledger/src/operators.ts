import { operatorActionNames, type LanePauses, type OperatorAction, type OperatorLog } from '@seatkeeper/core'
import { z } from 'zod'
import type { LedgerParts } from './scripts.ts'

const Pause = z.object({ by: z.string(), reason: z.string(), atMs: z.number() })
const Entry = z.object({
  by: z.string(),
  action: z.enum(operatorActionNames),
  on: z.string(),
  detail: z.string(),
})

/** What operators did, and the lanes they stopped. */
export function createOperators({ redis, run, prefix }: LedgerParts): OperatorLog & LanePauses {
  return {
    recordAction: async ({ by, action, on, detail }) => {
      await run('recordAction', by, action, on, detail)
    },
    operatorActions: async ({ sinceMs, limit }) => {
      const from = String(Math.max(0, Math.floor(sinceMs)))
      const entries = await redis.xrevrange(`${prefix}operators`, '+', from, 'COUNT', limit)
      return entries.flatMap(readEntry)
    },
    pausedLanes: async () => {
      const paused = await redis.hgetall(`${prefix}lanes:paused`)
      return Object.entries(paused)
        .map(([lane, text]) => ({ lane, ...Pause.parse(JSON.parse(text)) }))
        .toSorted((one, other) => (one.lane < other.lane ? -1 : 1))
    },
    pauseLane: async ({ lane, by, reason }) => (await run('pauseLane', lane, by, reason)) === 1,
    resumeLane: async ({ lane, by, reason }) => (await run('resumeLane', lane, by, reason)) === 1,
  }
}

/** Ids of a stream begin with their time. What a newer process wrote and this one cannot read is left out. */
function readEntry([id, texts]: [string, string[]]): readonly OperatorAction[] {
  const fields = Object.fromEntries(
    texts.flatMap((name, index) => (index % 2 === 0 ? [[name, texts[index + 1] ?? '']] : [])),
  )
  const entry = Entry.safeParse(fields)
  return entry.success ? [{ atMs: Number(id.split('-')[0]), ...entry.data }] : []
}
