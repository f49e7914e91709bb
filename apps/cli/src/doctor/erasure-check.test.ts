import { describe, expect, it } from '@jest/globals'
import { judgeTombstones } from './erasure-check.ts'

describe('judgeTombstones', () => {
  it.each([
    ['nobody was erased', { recognised: 0, foreign: 0, unnamed: 0 }, 'ok'],
    ['all are recognised', { recognised: 3, foreign: 0, unnamed: 0 }, 'ok'],
    ['none is recognised', { recognised: 0, foreign: 3, unnamed: 0 }, 'wrong'],
    ['some are not', { recognised: 2, foreign: 1, unnamed: 0 }, 'warning'],
    ['some are from before keys were noted', { recognised: 0, foreign: 0, unnamed: 1 }, 'warning'],
  ])('when %s', (_, count, state) => {
    expect(judgeTombstones(count).state).toBe(state)
  })
})
