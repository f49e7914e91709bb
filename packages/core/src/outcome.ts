/** Why an item waits without a job. */
export type WaitReason = 'no-account' | 'enrolment-opens-later' | 'scheduled'

/** How a wake-up ended without a failure. Stored as the job's return value for operators to read. */
export type Outcome =
  | { readonly status: 'applied' }
  | { readonly status: 'unchanged' }
  | { readonly status: 'superseded' }
  | { readonly status: 'busy' }
  /** It may have killed a process, so it waits for its turn to run while no other suspect does. */
  | { readonly status: 'quarantined' }
  | { readonly status: 'waiting'; readonly reason: WaitReason; readonly untilMs: number }
