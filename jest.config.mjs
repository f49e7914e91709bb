/** One configuration for all tests; `npm run check` leaves out those that need a Redis or start processes. */
export default {
  roots: ['<rootDir>/apps', '<rootDir>/packages', '<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/'],
  modulePathIgnorePatterns: ['/dist/'],
  extensionsToTreatAsEsm: ['.ts'],
  testEnvironmentOptions: { customExportConditions: ['@seatkeeper/source', 'node', 'node-addons'] },
  transform: {
    '\\.ts$': ['@swc/jest', { jsc: { parser: { syntax: 'typescript' }, target: 'es2023' }, module: { type: 'es6' } }],
  },
  reporters: ['default', '<rootDir>/test/tally-reporter.mjs'],
  maxWorkers: 2,
  collectCoverageFrom: ['packages/*/src/**/*.ts', '!**/*.test.ts', '!**/index.ts', '!**/{fixture,*.fixture}.ts'],
  // Counts statements and all branches; v8's way counts comments as lines, forgets branches never reached, and takes twice as long.
  coverageProvider: 'babel',
  coverageReporters: ['text-summary', 'json-summary'],
  testTimeout: 30_000,
}
