import { describe, expect, it } from '@jest/globals'
import { JobFailure, type Gates } from '@seatkeeper/core'
import { createMemoryGates } from './agenda.fixture.ts'
import { gateOf, keepGate } from './gate-keeper.ts'
import type { ProbeAnswer } from './prober.ts'
import { until } from './until.fixture.ts'

const gate = 'lms.campus'
const out: ProbeAnswer = { kind: 'ill', failure: new JobFailure('LMS_UNREACHABLE', 'no answer') }

function setUp(some: { answer?: ProbeAnswer; gates?: Gates; pollMs?: number } = {}) {
  const said: { answer: ProbeAnswer; asked: number } = { answer: some.answer ?? out, asked: 0 }
  const events: string[] = []
  const allowed: number[] = []
  const worker = {
    concurrency: 4,
    pause: () => void events.push('paused'),
    resume: () => void events.push('resumed'),
    limitTo: (jobs: number) => void allowed.push(jobs),
  }
  const prober = {
    ask: async () => {
      said.asked += 1
      return said.answer
    },
  }
  const gates = some.gates ?? createMemoryGates()
  const onShut = () => void events.push('shut')
  const onOpen = () => void events.push('open')
  const onError = (error: Error) => void events.push(error.message)
  const keeper = keepGate({ gate, gates, workers: [worker], prober, pollMs: some.pollMs ?? 5, onShut, onOpen, onError })
  return { said, events, allowed, gates, keeper }
}

describe('keepGate', () => {
  it('leaves workers alone behind an open gate', async () => {
    const { keeper, events, allowed, said } = setUp()
    await until('several readings', () => allowed.length > 3)
    await keeper.close()
    expect(new Set(events)).toEqual(new Set(['resumed']))
    expect(new Set(allowed)).toEqual(new Set([4]))
    expect(said.asked).toBe(0)
  })

  it('pauses behind a closed gate, tells of it once, and keeps it shut while the probe fails', async () => {
    const { gates, said, events, keeper } = setUp()
    await gates.shut(gate, 'closed', 'LMS_UNREACHABLE', 1)
    await until('several questions', () => said.asked > 3)
    await keeper.close()
    expect(events.filter((event) => event === 'shut')).toHaveLength(1)
    expect(events.at(-1)).toBe('paused')
    expect(await gates.read(gate)).toMatchObject({ state: 'closed', forMs: 30_000 })
  })

  it('tells again when an outage turns out to be a misconfiguration', async () => {
    const { gates, said, events, keeper } = setUp()
    await gates.shut(gate, 'closed', 'LMS_UNREACHABLE', 1000)
    await until('it is shut', () => events.includes('shut'))
    said.answer = { kind: 'ill', failure: new JobFailure('LMS_TOKEN_REFUSED', 'no token') }
    await until('it is told again', () => events.filter((event) => event === 'shut').length === 2)
    await keeper.close()
    expect(keeper.state()).toMatchObject({ state: 'parked', code: 'LMS_TOKEN_REFUSED' })
  })

  it('opens when the probe is well, and lets one job go, then two, then all', async () => {
    const { gates, said, events, allowed, keeper } = setUp()
    await gates.shut(gate, 'parked', 'LMS_FORBIDDEN', 1000)
    await until('it is shut', () => events.includes('shut'))
    said.answer = { kind: 'well' }
    await until('all may go', () => events.includes('open') && allowed.at(-1) === 4)
    await keeper.close()
    expect(allowed.slice(allowed.indexOf(1)).slice(0, 3)).toEqual([1, 2, 4])
    expect(events).toContain('open')
    expect(keeper.state()).toEqual({ state: 'open' })
  })

  it('lets the first job go as soon as the probe is well, not with the next reading', async () => {
    const gates = createMemoryGates()
    await gates.shut(gate, 'closed', 'LMS_UNREACHABLE', 1000)
    const { events, allowed, keeper } = setUp({ gates, answer: { kind: 'well' }, pollMs: 60_000 })
    await until('one may go', () => allowed.length > 0)
    await keeper.close()
    expect({ events, allowed }).toEqual({ events: ['shut', 'paused', 'open', 'resumed'], allowed: [1] })
  })

  it('asks nobody while throttled: that ends by itself', async () => {
    const { gates, said, events, keeper } = setUp()
    await gates.shut(gate, 'throttled', 'LMS_THROTTLED', 1000)
    await until('it is shut', () => events.includes('shut'))
    await gates.open(gate)
    await until('it goes on', () => events.at(-1) === 'resumed')
    await keeper.close()
    expect(said.asked).toBe(0)
  })

  it('keeps the reason when the probe failed by a fault of its own', async () => {
    const odd: ProbeAnswer = { kind: 'ill', failure: new JobFailure('UNEXPECTED', 'odd') }
    const { gates, said, keeper } = setUp({ answer: odd })
    await gates.shut(gate, 'parked', 'LMS_FORBIDDEN', 1)
    await until('several questions', () => said.asked > 1)
    await keeper.close()
    expect(await gates.read(gate)).toMatchObject({ state: 'parked', code: 'LMS_FORBIDDEN' })
  })

  it('survives a gate store that is away', async () => {
    let isAway = true
    const memory = createMemoryGates()
    const read: Gates['read'] = (name) => (isAway ? Promise.reject(new Error('away')) : memory.read(name))
    const { events, keeper } = setUp({ gates: { ...memory, read } })
    await until('it is told', () => events.includes('away'))
    await memory.shut(gate, 'closed', 'LMS_UNREACHABLE', 1000)
    isAway = false
    await until('it acts again', () => events.includes('paused'))
    await keeper.close()
    expect(events).toEqual(expect.arrayContaining(['away', 'shut', 'paused']))
  })
})

describe('gateOf', () => {
  it.each([
    ['enroll.campus', 'lms.campus'],
    ['revoke.campus', 'lms.campus'],
    ['orders.shop', 'store.shop'],
    ['mail', undefined],
  ])('is, for %s, %s', (lane, expected) => {
    expect(gateOf(lane)).toBe(expected)
  })
})
