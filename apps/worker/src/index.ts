export { narrow, readArguments } from './arguments.ts'
export { Role, workerConfig, type WorkerConfig } from './config.ts'
export { CampusAddresses } from './sales-watch.ts'
export { startWorkers, type RunningWorker, type WorkerParts } from './start-worker.ts'
