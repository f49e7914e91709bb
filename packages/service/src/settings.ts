import { z } from 'zod'
import { purposeAt } from './config-reference.ts'
import type { RedisDemands } from './redis-check.ts'
import { safetyCodes, usualWatermark } from './redis-safety.ts'
import { RedisUrl } from './redis.ts'
import { ConfigError } from './start-error.ts'
import { tracingSettings } from './tracing-settings.ts'

const port = z.coerce.number().int().min(0).max(65_535)

/** Settings that come by the environment, because they differ from process to process. Each app picks what it reads. */
export const Settings = z.object({
  SEATKEEPER_CONFIG: z.string().default('seatkeeper.yaml').describe('path of the configuration file'),
  REDIS_URL: RedisUrl.describe(
    'address of Redis: redis://, rediss://, redis+sentinel://, redis+cluster:// or the path of a unix socket',
  ),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info').describe('how much is logged'),
  HOST: z.string().default('127.0.0.1').describe('address to listen on; 0.0.0.0 in a container'),
  PORT: port.default(8080).describe('port of the webhooks'),
  HEALTH_PORT: port.default(9090).describe('port of /live, /ready and /metrics'),
  REDIS_APPENDFSYNC: z
    .enum(['always', 'everysec'])
    .default('always')
    .describe('the weakest appendfsync that Redis may run with; everysec may lose a second of webhooks in a power cut'),
  REDIS_ACCEPTED: z
    .string()
    .default('')
    .transform((list) =>
      list
        .split(',')
        .map((code) => code.trim())
        .filter((code) => code !== ''),
    )
    .pipe(z.array(z.enum(safetyCodes)))
    .describe('findings against Redis that you take upon yourself, comma separated, such as REDIS_REPLICA'),
  REDIS_REPLICAS: z.coerce
    .number()
    .int()
    .min(0)
    .max(5)
    .default(0)
    .describe(
      'how many replicas must have a webhook before it is answered 200, and what we know of a seat before it is written at the LMS',
    ),
  REDIS_WATERMARK: z.coerce
    .number()
    .min(0.1)
    .max(1)
    .default(usualWatermark)
    .describe('share of Redis’ maxmemory from which on webhooks are answered 503, so that workers can still drain it'),
  ...tracingSettings,
})

/** What the settings ask of Redis. */
export function redisDemands(
  settings: Pick<
    z.output<typeof Settings>,
    'REDIS_APPENDFSYNC' | 'REDIS_ACCEPTED' | 'REDIS_REPLICAS' | 'REDIS_WATERMARK'
  >,
): RedisDemands {
  return {
    appendfsync: settings.REDIS_APPENDFSYNC,
    accepted: settings.REDIS_ACCEPTED,
    replicas: settings.REDIS_REPLICAS,
    watermark: settings.REDIS_WATERMARK,
    nowMs: Date.now,
  }
}

/**
 * Reads an app's settings from the environment. What is empty counts as missing.
 *
 * @throws ConfigError with all problems at once; no value is ever shown.
 */
export function loadSettings<Schema extends z.ZodObject>(
  schema: Schema,
  env: Readonly<Record<string, string | undefined>>,
): z.output<Schema> {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''))
  const parsed = schema.safeParse(given)
  if (parsed.success) return parsed.data
  const lines = parsed.error.issues.map(({ path, message }) => {
    const name = String(path[0])
    return `  ${name} (${purposeAt(schema, path) ?? 'setting'}): ${name in given ? message : 'is not set'}`
  })
  throw new ConfigError(
    [`The environment has ${lines.length} problem${lines.length === 1 ? '' : 's'}:`, ...lines].join('\n'),
  )
}
