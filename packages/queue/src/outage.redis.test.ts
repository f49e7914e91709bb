import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { JobFailure, type Outcome } from '@seatkeeper/core'
import { aWakeUp, campus } from './agenda.fixture.ts'
import { openServer, type Bench } from './bench.fixture.ts'
import { keepGate } from './gate-keeper.ts'
import { createProber } from './prober.ts'
import { until } from './until.fixture.ts'

const gate = `lms.${campus}`
let host: Awaited<ReturnType<typeof openServer>>
let bench: Bench

beforeAll(async () => {
  host = await openServer()
})
afterAll(() => host.stop())
beforeEach(async () => {
  bench = await host.bench()
})
afterEach(() => bench.close())

/** Prober, worker and keeper of one LMS that can be out, as a worker process puts them together. */
function runCampus() {
  const lms = { isOut: true, calls: 0, probes: 0 }
  const answer = async () => {
    if (lms.isOut) throw new JobFailure('LMS_UNREACHABLE', 'no answer')
  }
  const probe = async () => {
    lms.probes += 1
    await answer()
  }
  const handler = async (): Promise<Outcome> => {
    lms.calls += 1
    await answer()
    return { status: 'applied' }
  }
  const { gates, errors } = bench
  const prober = createProber({ gate, gates, probe, everyMs: 100 })
  const worker = bench.start(handler, { prober, random: () => 0, concurrency: 2 })
  const quiet = { onShut: () => undefined, onOpen: () => undefined, onError: (error: Error) => void errors.push(error) }
  const keeper = keepGate({ gate, gates, workers: [worker], prober, pollMs: 200, ...quiet })
  bench.defer(() => keeper.close())
  return { lms, worker, keeper }
}

describe('an outage of the LMS', () => {
  it('costs no attempt and no call beyond those under way, and heals by itself', async () => {
    const { lms, worker, keeper } = runCampus()
    await bench.wakeUps.wake([1, 2, 3, 4, 5].map((n) => aWakeUp(n)))
    await until('the gate is closed', () => keeper.state().state === 'closed')
    await until('several probes failed', () => lms.probes > 3)
    const callsWhileOut = lms.calls
    expect(callsWhileOut).toBeLessThanOrEqual(2)
    expect(worker.isProgressing()).toBe(true)
    lms.isOut = false
    await until('the gate is open', () => keeper.state().state === 'open')
    const isDone = async () => (await bench.raw.getCompletedCount()) === 5
    await until('all are applied', isDone, 20_000)
    expect(lms.calls).toBe(callsWhileOut + 5)
    expect(bench.memory.filings).toEqual([])
    expect(await bench.raw.getFailedCount()).toBe(0)
  })
})
