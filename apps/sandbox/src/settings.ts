import { DashboardSettings, LoginSettings } from '@seatkeeper/dashboard'
import { Settings, tracingSettings } from '@seatkeeper/service'

/** What one process for everything reads from its environment. */
export const SandboxSettings = Settings.pick({
  HOST: true,
  PORT: true,
  HEALTH_PORT: true,
  LOG_LEVEL: true,
  REDIS_APPENDFSYNC: true,
  REDIS_ACCEPTED: true,
  REDIS_REPLICAS: true,
  REDIS_WATERMARK: true,
})
  .extend(tracingSettings)
  .extend(DashboardSettings.pick({ DASHBOARD_PORT: true }).shape)
  .extend(LoginSettings.shape)
