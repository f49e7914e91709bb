import { z } from 'zod'

/** How erased learners are remembered. */
export const ErasureConfig = z.strictObject({
  keys: z
    .array(z.string().min(32, 'use at least 32 characters'))
    .default([])
    .describe(
      'secrets under which the addresses of erased learners are remembered as keyed hashes: the first for new ones, all for recognising; the same for every process',
    ),
})

/** What the ledger reads of `seatkeeper.yaml`. */
export const LedgerConfig = z.object({
  erasure: ErasureConfig.prefault({}).describe('forgetting learners'),
})
export type LedgerConfig = z.output<typeof LedgerConfig>
