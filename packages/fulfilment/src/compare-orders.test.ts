import { describe, expect, it } from '@jest/globals'
import { isShopBelieved, type Comparison } from './compare-orders.ts'

const some = (count: number, is: Comparison['is'], grants = true) =>
  Array.from({ length: count }, () => ({ is, grants }))

describe('isShopBelieved', () => {
  it.each([
    ['nothing was read', [], true],
    ['one order of ten was deleted', [...some(1, 'deleted'), ...some(9, 'same')], true],
    ['two of two were, as in a shop just begun', some(2, 'deleted'), true],
    ['half of them were', [...some(5, 'deleted'), ...some(5, 'same')], true],
    ['more than half were', [...some(6, 'deleted'), ...some(4, 'changed')], false],
    ['all of three were', some(3, 'deleted'), false],
    ['the trash was emptied', [...some(20, 'deleted', false), ...some(2, 'same')], true],
  ])('says whether to believe deletions when %s', (_, found, believed) => {
    expect(isShopBelieved(found)).toBe(believed)
  })
})
