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

  it('names every LMS of a catalogue that is not there, where it stands', () => {
    const catalogue = {
      rules: [{ items: [] }, { items: [{ lms: 'campus' }, {}, { lms: 'elsewhere' }] }],
      modes: { campus: 'verified', nowhere: 'honor' },
    }
    const stores = [
      { id: 'other', lms: 'campus' },
      { id: 'shop', lms: 'campus', catalogue },
    ]
    const message = 'no LMS of this name is configured under lms'
    expect(objectionsTo({ stores, lms: [{ id: 'campus' }] })).toEqual([
      { path: ['stores', 1, 'catalogue', 'rules', 1, 'items', 2, 'lms'], message },
      { path: ['stores', 1, 'catalogue', 'modes', 'nowhere'], message },
    ])
  })

  it('does not ask for LMSs where none were read', () => {
    const catalogue = { rules: [{ items: [{ lms: 'elsewhere' }] }], modes: { nowhere: 'honor' } }
    expect(objectionsTo({ stores: [{ id: 'shop', lms: 'campus', catalogue }] })).toEqual([])
  })
})
