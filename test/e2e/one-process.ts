import { Writable } from 'node:stream'
import { hashPassword } from '@seatkeeper/dashboard'
import { IngressConfig } from '@seatkeeper/ingress'
import { startSystem, type RunningSystem, type SystemParts } from '@seatkeeper/sandbox'
import { createLogger, loadConfig, type Logger, type LogLevel } from '@seatkeeper/service'
import { workerConfig } from '@seatkeeper/worker'
import type { Site } from './site.ts'

/** Starts all of ours in this process, on free ports of this machine. */
export async function startInOneProcess(
  parts: Pick<SystemParts, 'config' | 'redisUrl' | 'log' | 'tracing'>,
  password = 'a hedgehog in a lantern',
): Promise<RunningSystem> {
  return startSystem({
    ...parts,
    demands: { appendfsync: 'always', nowMs: Date.now },
    host: '127.0.0.1',
    ports: { ingress: 0, dashboard: 0, health: 0 },
    login: { passwordHash: await hashPassword(password) },
  })
}

/** What a site's `seatkeeper.yaml` says to all of ours. */
export function configOf({ configFile, secrets }: Site): SystemParts['config'] {
  const source = { file: configFile, env: { ...secrets.webhooks, ...secrets.shop, ...secrets.lms } }
  return {
    ...loadConfig(workerConfig(['enroll', 'revoke', 'orders']), source),
    webhooks: loadConfig(IngressConfig, source),
  }
}

/** A log that is kept, and what it says so far. */
export function keepLog(level: LogLevel): { readonly log: Logger; readonly logged: () => string } {
  let text = ''
  const stream = new Writable({ write: (chunk: Buffer, _, done) => ((text += chunk.toString()), done()) })
  return { log: createLogger(level, { stream }), logged: () => text }
}
