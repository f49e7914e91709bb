import { createLedger, type RedisLedger } from '@seatkeeper/ledger'
import { bullPrefix, createDeadLetters, createWakeUps, type DeadLetters, type WakeUps } from '@seatkeeper/queue'
import { closeRedis, connectRedis, createLogger, loadSettings, Settings, untilRedisReady } from '@seatkeeper/service'
import { inOneSentence } from './one-sentence.ts'
import type { Surroundings } from './program.ts'

/** What commands work on. */
export interface Opened {
  readonly ledger: RedisLedger
  readonly wakeUps: WakeUps
  readonly deadLetters: DeadLetters
}

/** Opens the deployment's Redis for one command and closes it again. @throws StartError if it, or whom else the command asks, does not answer. */
export async function withLedger<Result>(
  { env }: Surroundings,
  use: (opened: Opened) => Promise<Result>,
  keys: { readonly erasureKeys?: readonly string[] } = {},
): Promise<Result> {
  const { REDIS_URL, REDIS_REPLICAS: replicas } = loadSettings(
    Settings.pick({ REDIS_URL: true, REDIS_REPLICAS: true }),
    env,
  )
  const redis = connectRedis(REDIS_URL, 'ledger', createLogger('silent'))
  try {
    await untilRedisReady(redis, 5000)
    const place = { connection: redis, prefix: bullPrefix, onError: () => undefined }
    const opened = {
      ledger: createLedger(redis, undefined, { ...keys, replicas }),
      wakeUps: createWakeUps(place),
      deadLetters: createDeadLetters(place),
    }
    return await inOneSentence(() => use(opened))
  } finally {
    await closeRedis(redis)
  }
}
