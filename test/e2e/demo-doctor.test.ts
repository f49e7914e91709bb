import { afterAll, beforeAll, expect, it, jest } from '@jest/globals'
import { runChild, startChild, type Child } from './child.ts'
import { until } from './until.ts'

jest.setTimeout(150_000)

let demo: Child
let env: Readonly<Record<string, string>>

beforeAll(async () => {
  demo = startChild({ script: 'apps/sandbox/src/demo/main.ts' })
  await until('the demo is played', () => demo.stdout().includes('Ctrl-C ends it.'), {
    explain: demo.stdout,
    withinMs: 100_000,
  })
  const [, redis = '', file = ''] = /REDIS_URL=(\S+) SEATKEEPER_CONFIG=(\S+)/.exec(demo.stdout()) ?? []
  env = { REDIS_URL: redis, SEATKEEPER_CONFIG: file }
})
afterAll(async () => {
  demo.signal('SIGINT')
  await demo.ended
})

const seatkeeper = (...args: readonly string[]) => runChild({ script: 'apps/cli/src/main.ts', args, env })

it('has nothing for the doctor to mend', async () => {
  const { code, stdout } = await seatkeeper('doctor', '--json')
  const found: readonly { readonly state: string }[] = JSON.parse(stdout)
  expect(found.filter(({ state }) => state !== 'ok')).toEqual([])
  expect(found.length).toBeGreaterThan(15)
  expect(code).toBe(0)
})

it('sells nothing that cannot be given, once its mistyped SKU was corrected', async () => {
  const { code, stdout } = await seatkeeper('catalogue', 'check')
  expect({ code, stdout }).toEqual({
    code: 0,
    stdout: expect.stringMatching(/^4 of 4 course runs on sale can be given\.\n$/),
  })
})
