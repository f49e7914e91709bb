import { describe, expect, it } from '@jest/globals'
import { createBuckets } from './buckets.ts'

describe('createBuckets', () => {
  it('finds what was added under a text, whatever its case, until it is removed', () => {
    const buckets = createBuckets<number>()
    buckets.add('Alice', 1)
    buckets.add('alice', 2)
    expect(buckets.at('ALICE')).toEqual([1, 2])
    buckets.remove('aLICE', 1)
    expect(buckets.all()).toEqual([2])
    expect(buckets.at('bob')).toEqual([])
  })
})
