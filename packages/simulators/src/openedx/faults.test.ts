import { describe, expect, it } from '@jest/globals'
import { createFaults } from './faults.ts'
import { requestToken, startSite, verified } from './site.fixture.ts'
import type { LmsFault } from './simulator.ts'

const row = `/api/enrollment/v1/enrollment/alice,${verified}`
const wish = { mode: 'verified', is_active: true }
const html = 'text/html; charset=utf-8'

describe('a fault', () => {
  it.each<[LmsFault, number, string | null, boolean]>([
    [{ kind: 'status', status: 500 }, 500, html, false],
    [{ kind: 'status', status: 502 }, 502, html, false],
    [{ kind: 'status', status: 503, retryAfterSeconds: 9 }, 503, html, false],
    [{ kind: 'status', status: 504, afterCommit: true }, 504, html, true],
    [{ kind: 'throttle-429', retryAfterSeconds: 9 }, 429, 'application/json', false],
    [{ kind: 'throttle-429-without-retry-after' }, 429, 'application/json', false],
    [{ kind: 'html-429' }, 429, html, false],
    [{ kind: 'empty-200' }, 200, null, true],
    [{ kind: 'redirect' }, 301, html, false],
    [{ kind: 'delay', delayMs: 1 }, 200, 'application/json', true],
    [{ kind: 'delay-after-commit', delayMs: 1 }, 200, 'application/json', true],
  ])('%j answers %i (%s), the work done: %s', async (fault, status, mediaType, isDone) => {
    const { lms, enrol } = await startSite()
    lms.faults.add({ ...fault, route: 'enrollment-post', times: 1 })
    const heard = await enrol(wish)
    expect([heard.status, heard.headers.get('content-type')]).toEqual([status, mediaType])
    expect(heard.headers.get('retry-after')).toBe('retryAfterSeconds' in fault ? '9' : null)
    expect(lms.row('Alice', verified)).toEqual(isDone ? { mode: 'verified', isActive: true } : undefined)
    expect(lms.journal.at(-1)).toMatchObject({ route: 'enrollment-post', status, faults: [fault.kind] })
  })

  it.each<['reset-before' | 'reset-after-commit', boolean]>([
    ['reset-before', false],
    ['reset-after-commit', true],
  ])('%s breaks the connection, the work done: %s', async (kind, isDone) => {
    const { lms, enrol } = await startSite()
    lms.faults.add({ kind, route: 'enrollment-post', times: 1 })
    await expect(enrol(wish)).rejects.toThrow('fetch failed')
    expect(lms.row('Alice', verified) !== undefined).toBe(isDone)
    expect(lms.journal.at(-1)).toMatchObject({ status: 'reset' })
    expect(await enrol(wish)).toMatchObject({ status: 200 })
    expect(lms.events.filter(({ kind: event }) => event === 'activated')).toHaveLength(1)
  })

  it('truncated-json cuts the answer in half', async () => {
    const { lms, enrol } = await startSite()
    lms.faults.add({ kind: 'truncated-json', route: 'enrollment-post' })
    await expect(enrol(wish)).rejects.toThrow(SyntaxError)
    expect(lms.row('Alice', verified)).toBeDefined()
  })

  it('holds the work back, so that a read in between shows nothing of it', async () => {
    const { lms, enrol, ask } = await startSite()
    const gate = Promise.withResolvers<void>()
    lms.faults.add({ kind: 'hook', run: () => gate.promise, route: 'enrollment-post', times: 1 })
    const late = enrol(wish)
    expect(await ask('GET', row)).toMatchObject({ status: 200, body: '' })
    gate.resolve()
    await late
    expect(await ask('GET', row)).toMatchObject({ body: { is_active: true } })
  })

  it('lets an administrator in between read and write', async () => {
    const { lms, enrol } = await startSite()
    lms.adminSet('alice', verified, { mode: 'audit', isActive: true })
    const run = () => lms.adminSet('alice', verified, { mode: 'verified', isActive: true })
    lms.faults.add({ kind: 'hook', run, route: 'enrollment-post', times: 1 })
    expect(await enrol({ mode: 'audit', is_active: false })).toMatchObject({ status: 400 })
    expect(lms.row('Alice', verified)).toEqual({ mode: 'verified', isActive: true })
  })

  it('combines with others, the first outermost', async () => {
    const { lms, enrol } = await startSite()
    lms.faults.add({ kind: 'status', status: 502, afterCommit: true, route: 'any', times: 1 })
    lms.faults.add({ kind: 'hook', run: () => lms.setStaff('service', false), route: 'enrollment-post', times: 1 })
    expect(await requestToken(lms.url)).toMatchObject({ status: 502 })
    expect(await enrol(wish)).toMatchObject({ status: 404, body: '' })
  })

  it('strikes its own route only, until it is removed', async () => {
    const { lms, ask } = await startSite()
    const remove = lms.faults.add({ kind: 'status', status: 503, route: 'accounts' })
    expect(await ask('GET', row)).toMatchObject({ status: 200 })
    expect(await ask('GET', '/api/user/v1/accounts?username=alice')).toMatchObject({ status: 503 })
    remove()
    expect(await ask('GET', '/api/user/v1/accounts?username=alice')).toMatchObject({ status: 200 })
    lms.faults.add({ kind: 'status', status: 503, route: 'any' })
    lms.faults.clear()
    expect(await ask('GET', row)).toMatchObject({ status: 200 })
  })
})

describe('createFaults', () => {
  it('strikes with the same chance and the same seed alike', () => {
    const total = strikes(7).reduce((sum, hits) => sum + hits, 0)
    expect(strikes(7)).toEqual(strikes(7))
    expect(strikes(7)).not.toEqual(strikes(8))
    expect(total).toBeGreaterThan(200)
    expect(total).toBeLessThan(300)
  })
})

function strikes(seed: number): readonly number[] {
  const { faults, take } = createFaults(seed)
  faults.add({ kind: 'reset-before', route: 'any', probability: 0.25 })
  return Array.from({ length: 1000 }, () => take('token').length)
}
