export { startSystem, type RunningSystem, type SystemParts } from './start-system.ts'
