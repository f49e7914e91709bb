/** The parts of a configuration that name each other. */
export interface Site {
  readonly stores?: readonly { readonly id: string; readonly lms: string }[]
  readonly lms?: readonly { readonly id: string }[]
}

export interface Objection {
  readonly path: readonly (string | number)[]
  readonly message: string
}

/** What is wrong between stores and LMSs: a name given twice, a store that sells for an LMS that is not there. */
export function objectionsTo({ stores = [], lms }: Site): readonly Objection[] {
  const campuses = lms?.map(({ id }) => id)
  const orphans = stores.flatMap((store, index) =>
    campuses === undefined || campuses.includes(store.lms)
      ? []
      : [{ path: ['stores', index, 'lms'], message: 'no LMS of this name is configured under lms' }],
  )
  return [...orphans, ...repeated('stores', stores), ...repeated('lms', lms ?? [])]
}

function repeated(list: string, entries: readonly { readonly id: string }[]): readonly Objection[] {
  return entries.flatMap(({ id }, index) =>
    entries.findIndex((entry) => entry.id === id) < index
      ? [{ path: [list, index, 'id'], message: 'this name is taken by an entry above' }]
      : [],
  )
}
