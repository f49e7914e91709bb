import { describe, expect, it } from '@jest/globals'
import type { KeptSince, Lease } from '@seatkeeper/core'
import { purge } from './purge.ts'

const dayMs = 86_400_000
const days = { jobs: 1, timelines: 2, replays: 3, orders: 4, operatorLog: 5 }

/** A ledger of three pages, and a clock that the test turns. */
function aScene() {
  const scene = { nowMs: 100 * dayMs, cursor: null as string | null, isTaken: false, pages: [] as (string | null)[] }
  const told: object[] = []
  const since: KeptSince[] = []
  const lease: Lease = {
    key: 'purge',
    token: 't',
    crashes: 0,
    mayWork: true,
    assertHeld: async () => undefined,
    release: async () => void (scene.isTaken = false),
  }
  const ledger = {
    lease: async () => (scene.isTaken ? undefined : ((scene.isTaken = true), lease)),
    readCursor: async () => scene.cursor,
    writeCursor: async (_: string, cursor: string) => void (scene.cursor = cursor),
    nowMs: async () => scene.nowMs,
    purgeItems: async (cursor: string | null, _: number, kept: KeptSince) => {
      scene.pages.push(cursor)
      since.push(kept)
      return { removed: 1, next: cursor === null ? '7' : cursor === '7' ? '3' : null }
    },
    purgeOperatorLog: async () => undefined,
  }
  const turn = purge({ ledger, purgeJobs: async () => 5, days, onPurged: (purged) => told.push(purged) })
  return { scene, told, since, turn }
}

describe('purge', () => {
  it('goes on where the last turn stopped, and rests for an hour after a round', async () => {
    const { scene, told, turn } = aScene()
    for (let turns = 0; turns < 5; turns += 1) await turn()
    expect(scene.pages).toEqual([null, '7', '3'])
    expect(told.at(-1)).toEqual({ items: 1, jobs: 5 })
    scene.nowMs += 3_600_000
    await turn()
    expect(scene.pages).toEqual([null, '7', '3', null])
  })

  it('has one turn at a time', async () => {
    const { scene, turn } = aScene()
    await Promise.all([turn(), turn(), turn()])
    expect(scene.pages).toEqual([null])
  })

  it('keeps each kind as long as is configured', async () => {
    const { since, turn } = aScene()
    await turn()
    const [kept] = since
    expect(kept).toEqual({
      timelinesMs: 98 * dayMs,
      replaysMs: 97 * dayMs,
      ordersMs: 96 * dayMs,
      operatorLogMs: 95 * dayMs,
    })
  })
})
