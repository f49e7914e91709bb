import { stringify } from 'yaml'
import type { z } from 'zod'
import { maskSecrets } from './config-reference.ts'
import { readConfig, type ConfigSource } from './config.ts'

/**
 * A configuration file written out in full: what it leaves out has its default, what it takes from variables and files stands
 * there, and secrets are masked.
 *
 * @throws ConfigError as `loadConfig` does.
 */
export function configInFull(schema: z.ZodType, source: ConfigSource): unknown {
  const { written, parsed } = readConfig(schema, source)
  return maskSecrets(schema, filled(written, parsed))
}

/** As one would write it. */
export function configText(config: unknown): string {
  return stringify(config).trimEnd()
}

/** What is written stays as it is written: dates and paths into fields are read as something else. */
function filled(written: unknown, parsed: unknown): unknown {
  if (written === undefined) return parsed
  if (Array.isArray(written) && Array.isArray(parsed))
    return parsed.map((entry, index) => filled(written[index], entry))
  if (!isRecord(written) || !isRecord(parsed)) return written
  return Object.fromEntries(Object.entries(parsed).map(([key, value]) => [key, filled(written[key], value)]))
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
