import { z } from 'zod'

/** How erased learners are remembered. */
export const ErasureConfig = z.strictObject({
  keys: z
    .array(z.string().min(32, 'use at least 32 characters'))
    .default([])
    .describe(
      'secrets under which the addresses of erased learners are remembered as keyed hashes: the first for new ones, all for recognising; the same for every process',
    )
    .meta({ secret: true }),
})

const days = (count: number, what: string) => z.int().min(1).max(36_500).default(count).describe(`${what}, days`)

/** How long things are kept. */
export const RetentionConfig = z.strictObject({
  jobs: days(1, 'finished jobs and the events of queues are kept so long'),
  timelines: days(365, 'what happened to orders and seats'),
  replays: days(730, 'who replayed which dead letter'),
  orders: days(1095, 'orders and seats that give nobody anything any more, since they were last touched'),
  operatorLog: days(1095, 'what operators did'),
})

/** What the ledger reads of `seatkeeper.yaml`. */
export const LedgerConfig = z.object({
  erasure: ErasureConfig.prefault({}).describe('forgetting learners'),
  retention: RetentionConfig.prefault({}).describe('how long things are kept'),
})
export type LedgerConfig = z.output<typeof LedgerConfig>
