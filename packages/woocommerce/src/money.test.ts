import { describe, expect, it } from '@jest/globals'
import * as fc from 'fast-check'
import { Money, reachesTotal } from './money.ts'

describe('Money', () => {
  it.each(['49.00', '0.00', '5390.00', '-129.50', '7'])('reads %s', (amount) => {
    expect(Money.safeParse(amount).success).toBe(true)
  })

  it.each(['', '1e3', '1,00', ' 1', 'NaN', '--1', '1.', '9'.repeat(41), 49])('refuses %s', (amount) => {
    expect(Money.safeParse(amount).success).toBe(false)
  })
})

describe('reachesTotal', () => {
  it.each([
    [[], '49.00', false],
    [['48.99'], '49.00', false],
    [['49.00'], '49.00', true],
    [['0.1', '0.2'], '0.30', true],
    [['19.99', '10.00', '19.01'], '49.00', true],
    [['178.500'], '178.5', true],
    [['60.00'], '49.00', true],
    [['-49.00'], '49.00', false],
    [[], '0.00', false],
    [['0.00'], '0.00', false],
    [['0.00'], '0', false],
  ])('of %j and a total of %s is %s', (amounts, total, expected) => {
    expect(reachesTotal(amounts, total)).toBe(expected)
  })

  it('adds cents exactly, however many', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 1_000_000 }), { minLength: 1 }), (cents) => {
        const sum = cents.reduce((all, some) => all + some, 0)
        const amounts = cents.map(euros)
        expect(reachesTotal(amounts, euros(sum))).toBe(true)
        expect(reachesTotal(amounts, euros(sum + 1))).toBe(false)
      }),
    )
  })
})

function euros(cents: number): string {
  return `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`
}
