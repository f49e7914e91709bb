import { LmsId, SeatId } from '@seatkeeper/core'
import type { ImbalancedSeat } from '@seatkeeper/ledger'
import { describe, expect, it } from '@jest/globals'
import { tellImbalances } from './imbalance-log.ts'

const campus = LmsId.parse('campus')
const seat = SeatId.parse('sgrhvfsmqsmb8z6q6xvp')
const one: ImbalancedSeat = { seat, lms: campus, kind: 'paid-but-not-enrolled', status: 'settled' }

function listen() {
  const said: unknown[] = []
  return { said, tell: tellImbalances({ warn: (event, fields) => void said.push([event, fields]) }) }
}

describe('tellImbalances', () => {
  it('names a seat once, and again when it comes back', () => {
    const { said, tell } = listen()
    tell(campus, [one])
    tell(campus, [one])
    tell(LmsId.parse('academy'), [])
    expect(said).toEqual([
      ['seat.imbalanced', { lms: 'campus', kind: 'paid-but-not-enrolled', item: 'seat-sgrhvfsmqsmb8z6q6xvp' }],
    ])
    tell(campus, [])
    tell(campus, [one])
    expect(said).toHaveLength(2)
  })

  it.each(['due', 'waiting', 'dead'] as const)('says nothing of one that is %s: that shows elsewhere', (status) => {
    const { said, tell } = listen()
    tell(campus, [{ ...one, status }])
    expect(said).toEqual([])
  })
})
