/** What DESIGN.md's table of rooms says: who may import whom, ours only. */

const adapters = ['ledger', 'queue', 'woocommerce', 'openedx'] as const
const packages = ['core', 'fulfilment', ...adapters, 'service'] as const
const everything = [...packages, 'simulators', 'ingress', 'worker', 'dashboard', 'cli', 'sandbox'] as const

/** One room of the table, by its folder. */
export interface Rule {
  readonly mayImport: readonly string[]
  /** What its tests may import besides. */
  readonly testsMayImport?: readonly string[]
}

export const rooms: Readonly<Record<string, Rule>> = {
  'packages/core': { mayImport: [] },
  'packages/fulfilment': { mayImport: ['core'], testsMayImport: ['ledger', 'simulators'] },
  'packages/ledger': { mayImport: ['core'], testsMayImport: ['simulators'] },
  'packages/queue': { mayImport: ['core'], testsMayImport: ['simulators'] },
  'packages/woocommerce': { mayImport: ['core'], testsMayImport: ['simulators'] },
  'packages/openedx': { mayImport: ['core'], testsMayImport: ['simulators'] },
  'packages/service': { mayImport: [], testsMayImport: ['simulators'] },
  'packages/simulators': { mayImport: ['core'] },
  'apps/ingress': {
    mayImport: ['core', 'fulfilment', 'ledger', 'queue', 'woocommerce', 'service'],
    testsMayImport: ['simulators'],
  },
  'apps/worker': { mayImport: packages, testsMayImport: ['simulators'] },
  'apps/dashboard': {
    mayImport: ['core', 'fulfilment', 'ledger', 'queue', 'service'],
    testsMayImport: ['simulators'],
  },
  'apps/cli': { mayImport: packages, testsMayImport: ['simulators'] },
  'apps/sandbox': { mayImport: everything },
  test: { mayImport: [], testsMayImport: everything },
}

/** The only files that may read `process.env`: the mains, and what finds a Redis on PATH for those without one. */
export const readersOfTheEnvironment = [
  /^apps\/[^/]+\/src\/(?:[^/]+\/)?main\.ts$/,
  /^packages\/simulators\/src\/redis-binary\.ts$/,
  /^test\//,
]
