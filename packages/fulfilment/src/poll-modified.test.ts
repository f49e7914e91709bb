import { describe, expect, it } from '@jest/globals'
import { OrderId, type Standing } from '@seatkeeper/core'
import { isWorthALook } from './poll-modified.ts'

const standing = (change: Partial<Standing>): Standing => ({
  order: OrderId.parse('1'),
  modifiedAtMs: 5000,
  timesSeen: 0,
  knownMs: 5000,
  status: 'settled',
  ...change,
})

describe('isWorthALook', () => {
  it.each<[string, Partial<Standing>, boolean]>([
    ['an order that nobody knows', { knownMs: null, status: null }, true],
    ['an order modified since', { modifiedAtMs: 6000 }, true],
    ['a dead order modified since', { modifiedAtMs: 6000, status: 'dead' }, true],
    ['a dead order as old as what is known', { status: 'dead' }, true],
    ['an order as old as what is known, in case it changed twice in that second', {}, true],
    ['the same at the second time, when that second is over', { timesSeen: 1 }, true],
    ['the same for ever', { timesSeen: 2 }, false],
    ['an order as old as what is known that is to be read anyway', { status: 'due' }, false],
    ['an order older than what is known', { modifiedAtMs: 4000 }, false],
    ['an order that nobody could read twice', { knownMs: null, status: 'dead', timesSeen: 2 }, false],
  ])('judges %s', (_, change, worth) => {
    expect(isWorthALook(standing(change))).toBe(worth)
  })
})
