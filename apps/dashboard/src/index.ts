export { hashPassword, verifyPassword } from './password.ts'
export { DashboardSettings } from './settings.ts'
export { startDashboard, type Dashboard, type DashboardParts } from './start-dashboard.ts'
