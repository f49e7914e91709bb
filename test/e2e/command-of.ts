import { hashPassword } from '@seatkeeper/dashboard'
import type { ChildStart } from './child.ts'
import type { Site } from './site.ts'

/** What a process does. */
export type Kind = 'ingress' | 'enroll' | 'revoke' | 'orders' | 'dashboard'

/** The dashboard's password. */
export const dashboardPassword = 'three blind mice in a row'

/** The main file of every role of a worker. */
export const workerMain = 'apps/worker/src/main.ts'

const mains: Readonly<Record<Kind, Omit<ChildStart, 'env'>>> = {
  ingress: { script: 'apps/ingress/src/main.ts' },
  enroll: { script: workerMain, args: ['--roles', 'enroll'] },
  revoke: { script: workerMain, args: ['--roles', 'revoke'] },
  orders: { script: workerMain, args: ['--roles', 'orders'] },
  dashboard: { script: 'apps/dashboard/src/main.ts' },
}

/** How compose starts a process of this kind, on ports that happen to be free; `env` is to be put over its settings. */
export async function commandOf(kind: Kind, site: Site, env: ChildStart['env'] = {}): Promise<ChildStart> {
  const { configFile, redis } = site
  const settings = { SEATKEEPER_CONFIG: configFile, REDIS_URL: redis.url, HOST: '127.0.0.1', LOG_LEVEL: 'info' }
  const ports = { PORT: '0', DASHBOARD_PORT: '0', HEALTH_PORT: '0' }
  return { ...mains[kind], env: { ...settings, ...ports, ...(await secretsOf(kind, site)), ...env } }
}

/** Each process gets the secrets of its role and no others. */
async function secretsOf(kind: Kind, { secrets }: Site): Promise<Readonly<Record<string, string>>> {
  if (kind === 'dashboard') return { DASHBOARD_PASSWORD_HASH: await hashPassword(dashboardPassword) }
  if (kind === 'ingress') return secrets.webhooks
  return kind === 'orders' ? secrets.shop : secrets.lms
}
