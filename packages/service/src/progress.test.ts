import { describe, expect, it } from '@jest/globals'
import { createProgress } from './progress.ts'

describe('createProgress', () => {
  it('progresses as long as beats come in time', () => {
    let now = 1000
    const progress = createProgress({ staleAfterMs: 100, nowMs: () => now })
    const after = (ms: number) => {
      now += ms
      return progress.isProgressing()
    }
    expect([after(0), after(100), after(1)]).toEqual([true, true, false])
    progress.beat()
    expect([after(100), after(1)]).toEqual([true, false])
  })
})
