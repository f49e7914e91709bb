import { describe, expect, it } from '@jest/globals'
import { objectionsTo } from './site.ts'

describe('objectionsTo', () => {
  it('finds nothing wrong with stores that sell for LMSs that are there', () => {
    expect(objectionsTo({ stores: [{ id: 'shop', lms: 'campus' }], lms: [{ id: 'campus' }] })).toEqual([])
  })

  it('names every store without its LMS and every name given twice', () => {
    const stores = [
      { id: 'shop', lms: 'campus' },
      { id: 'shop', lms: 'elsewhere' },
    ]
    expect(objectionsTo({ stores, lms: [{ id: 'campus' }, { id: 'campus' }] }).map(({ path }) => path)).toEqual([
      ['stores', 1, 'lms'],
      ['stores', 1, 'id'],
      ['lms', 1, 'id'],
    ])
  })

  it('does not ask for LMSs where none were read', () => {
    expect(objectionsTo({ stores: [{ id: 'shop', lms: 'campus' }] })).toEqual([])
  })
})
