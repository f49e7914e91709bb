export { type Admission, type Admitted, type Work } from './admission.ts'
export { type AttemptReport } from './attempt-report.ts'
export { createAttendance, type Attendance } from './attendance.ts'
export {
  createDeadLetters,
  deadLetterLane,
  letterId,
  letterOf,
  type DeadAgenda,
  type DeadLetter,
  type DeadLetters,
} from './dead-letter.ts'
export {
  actOnFailure,
  decide,
  needsProbe,
  shuttingFor,
  type Decision,
  type FailedAttempt,
  type FailureAction,
  type FailureActionDeps,
  type Shutting,
} from './failure-action.ts'
export { gateOf, keepGate, lmsesOf, type GateKeeper, type GateKeeperOptions, type ShutGate } from './gate-keeper.ts'
export { keepLanes, type LaneKeeper, type LaneKeeperOptions } from './lane-keeper.ts'
export { createProber, type ProbeAnswer, type Prober, type ProberOptions } from './prober.ts'
export { type AroundAttempt, type Handler, type WakingType } from './processor.ts'
export { bullPrefix, type QueuePlace } from './queues.ts'
export { type OnError } from './sampled-errors.ts'
export { startSweep, type Sweep, type SweepOptions, type SweepReport } from './sweep.ts'
export { createWakeUps, type LaneDepth, type Urgency, type WakeUps } from './wake-ups.ts'
export { stalling, startWorker, type LaneWorker, type WorkerDeps } from './worker.ts'
