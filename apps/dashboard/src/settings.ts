import { Settings } from '@seatkeeper/service'
import { z } from 'zod'
import { PasswordHash } from './password.ts'

/** What the dashboard reads of the environment. */
export const DashboardSettings = Settings.pick({ REDIS_URL: true, LOG_LEVEL: true }).extend({
  DASHBOARD_HOST: z.string().default('127.0.0.1').describe('address to listen on; 0.0.0.0 in a container'),
  DASHBOARD_PORT: z.coerce.number().int().min(0).max(65_535).default(8090).describe('port of the dashboard'),
  DASHBOARD_PASSWORD_HASH: PasswordHash.describe('hash of the operator’s password, as hash-password prints it'),
})
export type DashboardSettings = z.output<typeof DashboardSettings>
