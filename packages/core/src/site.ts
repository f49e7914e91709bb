/** The parts of a configuration that name each other. */
export interface Site {
  readonly stores?: readonly SiteStore[]
  readonly lms?: readonly { readonly id: string }[]
}

/** What a store names: the LMS it sells for, and those of single courses and modes. */
export interface SiteStore {
  readonly id: string
  readonly lms: string
  readonly catalogue?: {
    readonly rules: readonly { readonly items: readonly { readonly lms?: string | undefined }[] }[]
    readonly modes: Readonly<Record<string, unknown>>
  }
}

export interface Objection {
  readonly path: readonly (string | number)[]
  readonly message: string
}

/** What is wrong between stores and LMSs: a name given twice, a store that sells for an LMS that is not there. */
export function objectionsTo({ stores = [], lms }: Site): readonly Objection[] {
  const named = lms === undefined ? [] : stores.flatMap((store, index) => lmsNamedBy(store, ['stores', index]))
  const orphans = named.filter(({ id }) => lms?.every((campus) => campus.id !== id))
  return [
    ...orphans.map(({ path }) => ({ path, message: 'no LMS of this name is configured under lms' })),
    ...repeated('stores', stores),
    ...repeated('lms', lms ?? []),
  ]
}

interface NamedLms {
  readonly id: string
  readonly path: Objection['path']
}

/** Every LMS that a store names, and where. */
function lmsNamedBy({ lms, catalogue }: SiteStore, at: Objection['path']): readonly NamedLms[] {
  const ofItems = catalogue?.rules.flatMap(({ items }, rule) =>
    items.map((item, index) => ({ id: item.lms, path: [...at, 'catalogue', 'rules', rule, 'items', index, 'lms'] })),
  )
  const ofModes = Object.keys(catalogue?.modes ?? {}).map((id) => ({ id, path: [...at, 'catalogue', 'modes', id] }))
  const named = [{ id: lms, path: [...at, 'lms'] }, ...(ofItems ?? []), ...ofModes]
  return named.flatMap(({ id, path }) => (id === undefined ? [] : [{ id, path }]))
}

function repeated(list: string, entries: readonly { readonly id: string }[]): readonly Objection[] {
  return entries.flatMap(({ id }, index) =>
    entries.findIndex((entry) => entry.id === id) < index
      ? [{ path: [list, index, 'id'], message: 'this name is taken by an entry above' }]
      : [],
  )
}
