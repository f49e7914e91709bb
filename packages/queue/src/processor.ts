import {
  itemId,
  JobFailure,
  readJobData,
  type ReadableType,
  type Agenda,
  type Backoff,
  type ChangeId,
  type FailureCode,
  type Gates,
  type Item,
  type Outcome,
} from '@seatkeeper/core'
import { DelayedError, UnrecoverableError, type Job, type Processor } from 'bullmq'
import { admit, type Admitted, type Work } from './admission.ts'
import { watchAttempt, type AttemptReport, type AttemptWatch } from './attempt-report.ts'
import { runAttempt, type AttemptEnd } from './attempt.ts'
import type { DeadLetters } from './dead-letter.ts'
import { actOnFailure, type FailedAttempt, type FailureAction } from './failure-action.ts'
import type { Pauses } from './pauses.ts'
import type { Prober } from './prober.ts'

/** What of a core `JobType` the run of a job needs. */
export interface WakingType<Data extends { readonly generation: number }> extends ReadableType<Data> {
  readonly name: string
  readonly item: (data: Data) => Item
  readonly backoff: Backoff
  readonly deadlineMs: number
}

/** Makes the item as it is wanted now and says how that ended. Throws `JobFailure`; anything else counts as a bug. */
export type Handler<Data> = (data: Data, context: { readonly signal: AbortSignal }) => Promise<Outcome>

/** Runs an attempt whose change is known, its report included, so that all it does is known to be its own. */
export type AroundAttempt = <Result>(
  attempt: { readonly lane: string; readonly change: ChangeId | null },
  run: () => Promise<Result>,
) => Promise<Result>

/** What the run of a job needs besides its handler. */
export interface ProcessorDeps {
  readonly agenda: Pick<Agenda, 'readItem' | 'changeOf' | 'fileFailure' | 'postpone'>
  readonly gate: string
  readonly gates: Pick<Gates, 'shut'>
  readonly prober: Prober
  readonly deadLetters: Pick<DeadLetters, 'add'>
  readonly random?: () => number
  readonly onAttempt: (report: AttemptReport) => void
  readonly aroundAttempt?: AroundAttempt | undefined
}

interface LaneRun extends ProcessorDeps {
  readonly lane: string
  readonly pauses: Pick<Pauses, 'isPaused' | 'add'>
  /** The worker closes: whoever waits to be let in goes back. */
  readonly closing: AbortSignal
  readonly onError: (thrown: unknown) => void
}

/** BullMQ waits exactly so long before the next attempt; the message is the code, because it is stored. */
class RetryLater extends Error {
  readonly delayMs: number

  constructor(code: FailureCode, delayMs: number) {
    super(code)
    this.delayMs = delayMs
  }
}

const unreadableBackMs = 60_000
const shortBackMs = 5000
const closedBackMs = 1000
const quarantinedBackMs = 1000
const graceMs = 3000

/** The delay of the next attempt, read from what was thrown; five seconds for what did not come from here. */
export function backoffOf(_attempts: number, _type: string | undefined, error: Error | undefined): number {
  return error instanceof RetryLater ? error.delayMs : shortBackMs
}

/**
 * The run of one job, as BullMQ wants it.
 *
 * What it returns and throws is stored and shown: an outcome, or a code.
 */
export function createProcessor<Data extends { readonly generation: number }>(
  type: WakingType<Data>,
  work: Work<Data>,
  run: LaneRun,
): Processor {
  return async (job, token, cancelled) => {
    try {
      return await runJob({ type, work, run, job, token, cancelled })
    } catch (error) {
      if (isForBullmq(error)) throw error
      run.onError(error)
      throw new RetryLater('UNEXPECTED', shortBackMs)
    }
  }
}

interface JobRun<Data extends { readonly generation: number }> {
  readonly type: WakingType<Data>
  readonly work: Work<Data>
  readonly run: LaneRun
  readonly job: Job
  readonly token: string | undefined
  readonly cancelled: AbortSignal | undefined
}

async function runJob<Data extends { readonly generation: number }>(jobRun: JobRun<Data>): Promise<Outcome> {
  const { type, run, job, token, cancelled = new AbortController().signal } = jobRun
  // A worker paused while it blocked on an empty queue still fetches the next job.
  if (run.pauses.isPaused()) return putBack(job, token, shortBackMs)
  const watch = watchAttempt(job, run)
  const data = job.name === type.name ? readJobData(type, job.data) : undefined
  if (data === undefined) {
    watch.ends({ item: null, generation: null, end: 'unreadable' })
    return putBack(job, token, unreadableBackMs)
  }
  const { lane, aroundAttempt = withNothing } = run
  const change = await run.agenda.changeOf(itemId(type.item(data))).catch(() => null)
  watch.isAbout(change)
  return aroundAttempt({ lane, change }, () => runReadable(jobRun, data, watch, cancelled))
}

const withNothing: AroundAttempt = (_attempt, run) => run()

async function runReadable<Data extends { readonly generation: number }>(
  { type, work, run, job, token }: JobRun<Data>,
  data: Data,
  watch: AttemptWatch,
  cancelled: AbortSignal,
): Promise<Outcome> {
  const subject = { item: type.item(data), generation: data.generation, backoff: type.backoff }
  const named = { item: itemId(subject.item), generation: subject.generation }
  const entry = await enter(work, run, cancelled)
  watch.begins('kind' in entry ? undefined : entry)
  const end = 'kind' in entry ? entry : await runAdmitted(entry, data, { deadlineMs: type.deadlineMs, cancelled }, run)
  if (end.kind !== 'failed') {
    watch.ends({
      ...named,
      ...(end.kind === 'outcome' ? { end: 'outcome', outcome: end.outcome } : { end: 'cancelled' }),
    })
    if (end.kind === 'cancelled') return putBack(job, token, closedBackMs)
    return end.outcome.status === 'quarantined' ? putBack(job, token, quarantinedBackMs) : end.outcome
  }
  const action = await settleFailure({ ...subject, failure: end.failure }, run)
  watch.ends({ ...named, end: 'failed', code: end.failure.code, failure: end.failure, action })
  return applyAction(job, token, action, end.failure.code)
}

/** Lets a job in, unless the gate was shut or the worker closed while it waited for that. */
async function enter<Data>(
  work: Work<Data>,
  { pauses, closing }: LaneRun,
  cancelled: AbortSignal,
): Promise<Admitted<Data> | Exclude<AttemptEnd, { kind: 'outcome' }>> {
  const signal = AbortSignal.any([cancelled, closing])
  try {
    const admitted = await admit(work, signal)
    if (!signal.aborted && !pauses.isPaused()) return admitted
    await admitted.leave()
  } catch (error) {
    if (!signal.aborted && error instanceof JobFailure) return { kind: 'failed', failure: error }
    if (!signal.aborted) throw error
  }
  return { kind: 'cancelled' }
}

async function runAdmitted<Data>(
  admitted: Admitted<Data>,
  data: Data,
  bounds: { readonly deadlineMs: number; readonly cancelled: AbortSignal },
  { onError }: LaneRun,
): Promise<AttemptEnd> {
  try {
    return await runAttempt((signal) => admitted.handler(data, { signal }), { ...bounds, graceMs })
  } finally {
    admitted.leave().catch(onError)
  }
}

/** Without the agenda nothing can be counted, so the job comes back soon and tries again. */
async function settleFailure(attempt: FailedAttempt, run: LaneRun): Promise<FailureAction> {
  try {
    const action = await actOnFailure(attempt, run)
    if (action.kind === 'dead') await showDead(itemId(attempt.item), run)
    // At once, where the keeper would need until its next reading of the gate.
    if (action.kind === 'back' && action.behind !== null) run.pauses.add('gate')
    return action
  } catch (error) {
    run.onError(error)
    return { kind: 'back', delayMs: shortBackMs, behind: null }
  }
}

/** Only a view, so a failure to show is no failure: the sweep makes it good. */
async function showDead(id: string, { agenda, deadLetters, onError }: LaneRun): Promise<void> {
  try {
    const state = await agenda.readItem(id)
    if (state?.status === 'dead') await deadLetters.add(state)
  } catch (error) {
    onError(error)
  }
}

async function applyAction(job: Job, token: string | undefined, action: FailureAction, code: FailureCode) {
  if (action.kind === 'back') return putBack(job, token, action.delayMs)
  if (action.kind === 'retry') throw new RetryLater(code, action.delayMs)
  if (action.kind === 'dead') throw new UnrecoverableError(code)
  return { status: 'superseded' } as const
}

/** Costs no attempt. */
async function putBack(job: Job, token: string | undefined, delayMs: number): Promise<never> {
  await job.moveToDelayed(Date.now() + delayMs, token)
  throw new DelayedError()
}

function isForBullmq(error: unknown): boolean {
  return error instanceof DelayedError || error instanceof UnrecoverableError || error instanceof RetryLater
}
