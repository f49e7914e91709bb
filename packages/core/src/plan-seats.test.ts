import { describe, expect, it } from '@jest/globals'
import * as fc from 'fast-check'
import { aLine, anOrder, catalogue, courseSku, emailOf } from './fixture.ts'
import { LineId } from './ids.ts'
import { planSeats, type KnownItems } from './plan-seats.ts'

const accesses = (plan: ReturnType<typeof planSeats>) => plan.claims.map(({ access }) => access)
const otherCourse = 'course-v1:DemoU+ART+2026'

describe('planSeats', () => {
  it('plans one claim for each unit of each course line and none for other goods', () => {
    const order = anOrder({
      lines: [
        aLine({ quantity: 2 }),
        aLine({ line: LineId.parse('32'), sku: 'SHIRT-XL' }),
        aLine({ line: LineId.parse('33'), sku: null }),
      ],
    })
    expect(planSeats(order, { catalogue }).claims.map(({ key }) => key)).toEqual([
      `shop/1001/31/1/campus/${courseSku}`,
      `shop/1001/31/2/campus/${courseSku}`,
    ])
  })

  it('withdraws refunded units from the last one down', () => {
    expect(accesses(planSeats(anOrder({ lines: [aLine({ quantity: 3, refunded: 1 })] }), { catalogue }))).toEqual([
      'granted',
      'granted',
      'withdrawn',
    ])
  })

  it('withdraws everything once refunds reach the total, whatever the status', () => {
    expect(accesses(planSeats(anOrder({ fullyRefunded: true }), { catalogue }))).toEqual(['withdrawn'])
  })

  it('plans nothing but refunds while the order is undecided', () => {
    const plan = planSeats(anOrder({ access: 'undecided', lines: [aLine({ quantity: 2, refunded: 1 })] }), {
      catalogue,
    })
    expect(plan).toMatchObject({ decided: false, claims: [{ access: 'withdrawn' }] })
  })

  it('keeps what a line was firmly known to sell when its SKU was renamed', () => {
    const known: KnownItems = new Map([
      [LineId.parse('31'), { isFirm: true, items: planSeats(anOrder(), { catalogue }).claims.map(({ item }) => item) }],
    ])
    expect(
      planSeats(anOrder({ lines: [aLine({ sku: otherCourse })] }), { catalogue, known }).claims[0]?.item.course,
    ).toBe(courseSku)
  })

  it('takes a corrected SKU while the line has produced no seat', () => {
    const known: KnownItems = new Map([
      [
        LineId.parse('31'),
        { isFirm: false, items: planSeats(anOrder(), { catalogue }).claims.map(({ item }) => item) },
      ],
    ])
    expect(
      planSeats(anOrder({ lines: [aLine({ sku: otherCourse })] }), { catalogue, known }).claims[0]?.item.course,
    ).toBe(otherCourse)
    expect(planSeats(anOrder({ lines: [aLine({ sku: null })] }), { catalogue, known }).claims[0]?.item.course).toBe(
      courseSku,
    )
  })

  it('names the lines that sell a course to nobody', () => {
    const lines = [aLine(), aLine({ line: LineId.parse('32'), sku: 'SHIRT-XL' })]
    expect(planSeats(anOrder({ learner: null, lines }), { catalogue }).linesWithoutLearner).toEqual(['31'])
    expect(
      planSeats(anOrder({ learner: null, access: 'withdrawn', lines }), { catalogue }).linesWithoutLearner,
    ).toEqual([])
  })

  it('gives units to the learners that the line names and leaves the rest open', () => {
    const learners = [emailOf('grace@example.org'), emailOf('alan@example.org')]
    const plan = planSeats(anOrder({ lines: [aLine({ quantity: 3, learners })] }), { catalogue })
    expect(plan.claims.map(({ learner }) => learner)).toEqual([...learners, null])
    expect(plan).toMatchObject({ open: [`shop/1001/31/3/campus/${courseSku}`], linesWithoutLearner: [] })
  })

  it('takes back an open unit before a named learner’s', () => {
    const plan = planSeats(anOrder({ lines: [aLine({ quantity: 2, refunded: 1 })] }), { catalogue })
    expect(plan.claims.map(({ access, learner }) => [access, learner])).toEqual([
      ['granted', 'ada@example.org'],
      ['withdrawn', null],
    ])
    expect(plan.open).toEqual([])
  })

  it('names lines whose course cannot be and keeps what they were known to sell', () => {
    const items = planSeats(anOrder(), { catalogue }).claims.map((claim) => claim.item)
    const known: KnownItems = new Map([[LineId.parse('31'), { isFirm: false, items }]])
    const plan = planSeats(anOrder({ lines: [aLine({ sku: 'course-v1:typo' })] }), { catalogue, known })
    expect(plan).toMatchObject({ unknown: ['31'], claims: [{ access: 'granted', item: { course: courseSku } }] })
  })

  it('grants exactly the units bought and not refunded', () => {
    const bought = fc
      .integer({ min: 0, max: 20 })
      .chain((quantity) =>
        fc.record({ quantity: fc.constant(quantity), refunded: fc.integer({ min: 0, max: quantity }) }),
      )
    fc.assert(
      fc.property(bought, ({ quantity, refunded }) => {
        const plan = planSeats(anOrder({ lines: [aLine({ quantity, refunded })] }), { catalogue })
        expect(accesses(plan).filter((access) => access === 'granted')).toHaveLength(quantity - refunded)
        expect(new Set(plan.claims.map(({ key }) => key)).size).toBe(quantity)
      }),
    )
  })
})
