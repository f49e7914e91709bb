import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, describe, expect, it, jest } from '@jest/globals'
import { startChild, type Child } from './child.ts'
import { until } from './until.ts'

jest.setTimeout(120_000)

let child: Child
afterEach(() => child.signal('SIGKILL'))

async function startBlocked(...args: readonly string[]): Promise<void> {
  child = startChild({ script: 'test/e2e/blocked-loop.ts', args })
  await until('it blocks', () => child.stdout().includes('blocked\n'))
}

describe('watchLoop', () => {
  it('ends a process whose loop is blocked, and says why', async () => {
    await startBlocked()
    expect(await child.ended).toEqual({ code: null, signal: 'SIGKILL' })
    expect(JSON.parse(child.stdout().trim().split('\n').at(-1) ?? '')).toMatchObject({ event: 'loop.blocked' })
  })

  it('is what ends it: without, the process stays', async () => {
    await startBlocked('unwatched')
    await pause(5000)
    expect(child.hasEnded()).toBe(false)
  })

  it('leaves a process alone that was frozen as a whole', async () => {
    child = startChild({ script: 'test/e2e/idle-loop.ts' })
    await until('it runs', () => child.stdout().includes('turn'))
    child.signal('SIGSTOP')
    await pause(4000)
    const before = child.stdout().length
    child.signal('SIGCONT')
    await until('it goes on', () => child.hasEnded() || child.stdout().length > before + 20)
    expect(child.hasEnded()).toBe(false)
  })
})
