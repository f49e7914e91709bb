export { narrow, readArguments } from './arguments.ts'
export { Role, workerConfig, type WorkerConfig } from './config.ts'
export { startWorkers, type RunningWorker, type WorkerParts } from './start-worker.ts'
