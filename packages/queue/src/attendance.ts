import { openQueues, type QueuePlace } from './queues.ts'

/** Who is there to take jobs. */
export interface Attendance {
  /** Workers connected to a lane at this moment; undefined where Redis does not tell. */
  workersAt(lane: string): Promise<number | undefined>
  close(): Promise<void>
}

/**
 * Counts the workers of lanes by the names of their connections.
 *
 * @see bullmq, `src/classes/queue-getters.ts`, `getWorkers`: services that do not tell give one client that says so.
 */
export function createAttendance(place: QueuePlace): Attendance {
  const queues = openQueues(place, () => undefined)
  return {
    async workersAt(lane) {
      try {
        const workers = await (await queues.of(lane)).getWorkers()
        return workers.some(({ name = '' }) => /does not support/.test(name)) ? undefined : workers.length
      } catch (error) {
        if (error instanceof Error && /^(NOPERM\b|ERR unknown (sub)?command)/i.test(error.message)) return undefined
        throw error
      }
    },
    close: () => queues.close(),
  }
}
