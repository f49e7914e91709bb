import { setTimeout as pause } from 'node:timers/promises'
import type { SystemProcesses } from '../e2e/processes.ts'

/** Starts processes anew that ended by themselves, as an installation does. */
export interface Supervisor {
  readonly restarts: () => number
  /** What ended lives wrote to their logs. */
  readonly written: () => readonly string[]
  close(): Promise<void>
}

const looksEveryMs = 200

/** For the processes that there are by now. One that ends at once is started again and again. */
export function supervise(system: SystemProcesses): Supervisor {
  const written: string[] = []
  const state = { isOver: false }
  const watch = async (name: string) => {
    while (!state.isOver) {
      const child = system.process(name).child()
      if (child.hasEnded()) {
        written.push(child.stdout())
        await system.restart(name).catch(() => undefined)
      } else await pause(looksEveryMs)
    }
  }
  const watching = Promise.all(Object.keys(system.processes).map(watch))
  return {
    restarts: () => written.length,
    written: () => written,
    close: async () => {
      state.isOver = true
      await watching
    },
  }
}
