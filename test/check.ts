/**
 * `npm run check`: what must hold before every commit, in under a minute. Format, lint, types, the architecture and the
 * unit tests; not what needs a Redis, a browser or a simulator, or starts our processes. One line per check, and all of the
 * output of one that failed.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { coverageByPackage } from './coverage.ts'
import { root, run, runJest, type Ended } from './command.ts'

const bin = (name: string, ...parameters: readonly string[]) => run(`node_modules/.bin/${name}`, parameters)
const longTests = ['\\.(redis|chromium|contract)\\.test\\.ts$', '/test/(bench|contract|e2e|faults|setup)/']
const ignoring = (patterns: readonly string[]) =>
  ['/node_modules/', '/dist/', ...patterns].map((pattern) => `--testPathIgnorePatterns=${pattern}`)

const checks: Readonly<Record<string, () => Promise<Ended>>> = {
  format: () => bin('prettier', '--check', '--cache', '.'),
  lint: () => bin('oxlint', '--type-aware', '--deny-warnings', 'apps', 'packages', 'test'),
  types: () => bin('tsc', '-p', 'tsconfig.json'),
  architecture: () => runJest(['test/architecture']),
  'unit tests': () => runJest(['--coverage', ...ignoring([...longTests, '/test/architecture/'])]),
}

const results = await Promise.all(Object.entries(checks).map(([name, check]) => report(name, check)))
const summary = await readFile(join(root, 'coverage/coverage-summary.json'), 'utf8').catch(() => '{}')
console.log('     covered by unit tests alone; what needs a Redis or processes is tested by npm test:')
console.log(coverageByPackage(JSON.parse(summary), root).join('\n'))
process.exitCode = results.every(Boolean) ? 0 : 1

async function report(name: string, check: () => Promise<Ended>): Promise<boolean> {
  const startedAt = performance.now()
  const { exitCode, output } = await check()
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
  const tally = /^\d+ passed, \d+ failed$/m.exec(output)?.[0] ?? ''
  console.log(`${exitCode === 0 ? 'ok  ' : 'FAIL'} ${name.padEnd(13)} ${seconds.padStart(5)} s  ${tally}`.trimEnd())
  if (exitCode !== 0) console.log(`\n${output.trim()}\n`)
  return exitCode === 0
}
