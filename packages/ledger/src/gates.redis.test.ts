import { describe, expect, it, jest } from '@jest/globals'
import type { GateState } from '@seatkeeper/core'
import { useLedger } from './fixture.ts'

const at = useLedger()

const gate = 'lms.campus'
const read = async (): Promise<Exclude<GateState, { state: 'open' }>> => {
  const state = await at.ledger.gates.read(gate)
  if (state.state === 'open') throw new Error('the gate is open')
  return state
}

describe('gates', () => {
  it('are shut for all until opened or until their time is over', async () => {
    const { gates } = at.ledger
    expect(await gates.read(gate)).toEqual({ state: 'open' })
    await gates.shut(gate, 'closed', 'LMS_UNREACHABLE', 5000)
    expect(await gates.read(gate)).toMatchObject({ state: 'closed', code: 'LMS_UNREACHABLE' })
    await gates.open(gate)
    expect(await gates.read(gate)).toEqual({ state: 'open' })
    await gates.shut(gate, 'throttled', 'LMS_THROTTLED', 20)
    while ((await gates.read(gate)).state !== 'open') await at.ledger.nowMs()
  })

  it.each([
    ['closed', 'LMS_UNREACHABLE'],
    ['parked', 'LMS_FORBIDDEN'],
    ['throttled', 'LMS_THROTTLED'],
  ] as const)('stay throttled as long as was asked, though shut as %s for less and opened', async (state, code) => {
    await at.ledger.gates.shut(gate, 'throttled', 'LMS_THROTTLED', 600_000)
    await at.ledger.gates.shut(gate, state, code, 30_000)
    await at.ledger.gates.open(gate)
    expect(await read()).toMatchObject({ state: 'throttled', code: 'LMS_THROTTLED' })
    expect((await read()).forMs).toBeGreaterThan(400_000)
  })

  it.each([
    ['closed', 'throttled', 100_000],
    ['parked', 'throttled', 100_000],
    ['closed', 'parked', 100_000],
    ['throttled', 'closed', 600_000],
    ['throttled', 'throttled', 600_000],
  ] as const)('once %s, can be %s for %i ms, since the same time', async (first, then, forMs) => {
    await at.ledger.gates.shut(gate, first, 'LMS_UNREACHABLE', 300_000)
    const { sinceMs } = await read()
    await at.ledger.gates.shut(gate, then, 'LMS_FORBIDDEN', forMs)
    const now = await read()
    expect(now).toMatchObject({ state: then, code: 'LMS_FORBIDDEN', sinceMs })
    expect(now.forMs).toBeLessThanOrEqual(forMs)
    expect(now.forMs).toBeGreaterThan(forMs / 2)
  })

  it('are shut by one of many at once for the longest time of all', async () => {
    const times = [5, 400, 30, 600, 1].map((seconds) => seconds * 1000)
    await Promise.all(times.map((forMs) => at.ledger.gates.shut(gate, 'throttled', 'LMS_THROTTLED', forMs)))
    expect((await read()).forMs).toBeGreaterThan(400_000)
  })

  it('say since when by the clock of Redis, whatever that of the worker says', async () => {
    const earliestMs = await at.ledger.nowMs()
    const clock = jest.spyOn(Date, 'now').mockReturnValue(0)
    await at.ledger.gates.shut(gate, 'closed', 'LMS_UNREACHABLE', 30_000)
    clock.mockRestore()
    expect((await read()).sinceMs).toBeGreaterThanOrEqual(earliestMs)
    expect((await read()).sinceMs).toBeLessThanOrEqual(await at.ledger.nowMs())
  })

  it('let one caller probe at a time', async () => {
    const { gates } = at.ledger
    expect(await Promise.all([1, 2, 3].map(() => gates.claimProbe(gate, 5000)))).toEqual([true, false, false])
  })
})
