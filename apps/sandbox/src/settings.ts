import { Settings } from '@seatkeeper/service'
import { z } from 'zod'

/** What one process for everything reads from its environment. */
export const SandboxSettings = Settings.pick({ HOST: true, PORT: true, HEALTH_PORT: true, LOG_LEVEL: true }).extend({
  DASHBOARD_PORT: z.coerce.number().int().min(0).max(65_535).default(8090).describe('port of the dashboard'),
  DASHBOARD_PASSWORD_HASH: z.string().describe('made by: npm run seatkeeper -- hash-password'),
})
