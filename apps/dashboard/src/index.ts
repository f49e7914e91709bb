export { hashPassword, verifyPassword } from './login/password.ts'
export { DashboardSettings, LoginSettings, loginOf } from './settings.ts'
export { startDashboard, type Dashboard, type DashboardLogin, type DashboardParts } from './start-dashboard.ts'
