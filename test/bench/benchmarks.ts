import type { Benchmark } from './comparison.ts'
import { acceptedWebhook } from './benchmarks/accepted-webhook.ts'
import { endToEnd } from './benchmarks/end-to-end.ts'
import { everyWriteSynced } from './benchmarks/every-write-synced.ts'
import { firstCall } from './benchmarks/first-call.ts'
import { redisBytes } from './benchmarks/redis-bytes.ts'
import { verifyAndPlan } from './benchmarks/verify-and-plan.ts'

/** All benchmarks, in the order of their goals. */
export const benchmarks: readonly Benchmark[] = [
  acceptedWebhook,
  verifyAndPlan,
  everyWriteSynced,
  endToEnd,
  firstCall,
  redisBytes,
]
