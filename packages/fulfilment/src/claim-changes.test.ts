import { describe, expect, it } from '@jest/globals'
import { planSeats, type Access, type OrderSnapshot } from '@seatkeeper/core'
import { aLine, anOrder, catalogue } from '@seatkeeper/core/fixture'
import { claimChanges, deletion } from './claim-changes.ts'

const key = (unit: number) => `shop/1001/31/${unit}/campus/course-v1:DemoU+CS101+2026`
const plan = (order: Partial<OrderSnapshot> = {}) => planSeats(anOrder(order), { catalogue })
const known = (...units: readonly Access[]) => new Map(units.map((access, index) => [key(index + 1), access]))
const change = (unit: number, to: Access) => ({
  line: '31',
  unit,
  lms: 'campus',
  course: 'course-v1:DemoU+CS101+2026',
  to,
})

describe('claimChanges', () => {
  it.each<[string, Partial<OrderSnapshot>, ReadonlyMap<string, Access>, readonly object[]]>([
    ['grants what was paid and is not known', {}, known(), [change(1, 'granted')]],
    ['changes nothing that is as it should be', {}, known('granted'), []],
    ['grants again what was withdrawn', {}, known('withdrawn'), [change(1, 'granted')]],
    ['withdraws a refunded unit', { lines: [aLine({ refunded: 1 })] }, known('granted'), [change(1, 'withdrawn')]],
    ['makes no claim of a refunded unit that never had one', { lines: [aLine({ refunded: 1 })] }, known(), []],
    ['makes no claim of a unit that is nobody’s', { lines: [aLine({ quantity: 2 })] }, known('granted'), []],
    ['withdraws a line that vanished', { lines: [] }, known('granted', 'withdrawn'), [change(1, 'withdrawn')]],
    ['leaves claims of an undecided order', { access: 'undecided', lines: [] }, known('granted'), []],
  ])('%s', (_, order, current, changes) => {
    expect(claimChanges(plan(order), current)).toEqual(changes)
  })

  it('takes everything of an order that was deleted', () => {
    expect(claimChanges(deletion, known('granted', 'withdrawn'))).toEqual([change(1, 'withdrawn')])
  })
})
