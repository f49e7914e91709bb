import { LineId } from '@seatkeeper/core'
import { describe, expect, it } from '@jest/globals'
import { z } from 'zod'
import { recordedAnswer } from './recordings.fixture.ts'
import { RefundBody, refundedUnits } from './refund-body.ts'

describe('RefundBody', () => {
  it('refuses a refunded unit that names no original line, for nobody could tell whose it was', () => {
    expect(RefundBody.safeParse(aRefund({ quantity: -1, meta_data: [] })).success).toBe(false)
  })

  it.each([[{}], [{ toString: 1 }], [['31']], [null], [true], [31.5], [-31], ['31; DROP'], [nested(20_000)]])(
    'refuses a refunded unit whose original line is named like case %#',
    (value) => {
      const refund = aRefund({ quantity: -1, meta_data: [{ key: '_refunded_item_id', value }] })
      expect(RefundBody.safeParse(refund).success).toBe(false)
    },
  )

  it('lets money go back without naming a line', () => {
    expect(RefundBody.parse(aRefund({ quantity: 0, meta_data: [] })).lines).toEqual([])
  })
})

describe('refundedUnits', () => {
  it.each([
    [
      'two lines in full',
      '10-full-refund/rest/03-order-refunds',
      [
        ['25', 1],
        ['26', 1],
      ],
    ],
    ['a status set by hand: an amount, no line', '10-full-refund/rest/05-second-refunds', []],
    ['quantity 0: money only', '12-partial-refund-amount-only/rest/06-after-qty0-refunds', [['34', 0]]],
    ['one line', '19-learner-email-in-line-meta/rest/06-after-refund-refunds', [['58', 1]]],
  ])('reads the recorded refund of %s', (_, name, expected) => {
    const refunds = z.array(RefundBody).parse(JSON.parse(recordedAnswer(name).body))
    expect([...refundedUnits(refunds)]).toEqual(expected)
  })

  it('adds up what several refunds took of one line', () => {
    const refunds = ['31', 31].map((value) =>
      aRefund({ quantity: -1, meta_data: [{ key: '_refunded_item_id', value }] }),
    )
    expect(refundedUnits(refunds.map((refund) => RefundBody.parse(refund))).get(LineId.parse('31'))).toBe(2)
  })
})

function nested(levels: number): unknown {
  return JSON.parse(`${'['.repeat(levels)}${']'.repeat(levels)}`)
}

function aRefund(line: object) {
  return { id: 46, amount: '49.00', line_items: [line] }
}
