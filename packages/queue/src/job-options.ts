import type { JobsOptions } from 'bullmq'

const hour = 3600

/** Names the strategy by which a worker takes the next delay from the agenda. Stored with each job. */
export const agendaBackoff = 'agenda'

/**
 * What every wake-up has in common.
 *
 * The agenda counts attempts and gives up, so BullMQ's own count has no end within reach. What ended is kept for people
 * to look at, by age and by number, because BullMQ removes by age only when a next job ends. No stack is stored.
 */
export const jobOptions = {
  attempts: 1_000_000,
  backoff: { type: agendaBackoff },
  removeOnComplete: { age: hour, count: 1000 },
  removeOnFail: { age: 24 * hour, count: 1000 },
  stackTraceLimit: 0,
} as const satisfies JobsOptions
