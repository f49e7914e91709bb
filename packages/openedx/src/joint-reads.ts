import { AsyncLocalStorage } from 'node:async_hooks'
import { toFailure, type CourseKey, type Enrolment, type Username } from '@seatkeeper/core'
import type { Party } from './entrance.ts'
import { createGathering } from './gathering.ts'
import { createListStanding, type ListStandingOptions } from './list-standing.ts'
import { jointPurse, type PayingPurse, type Purse } from './purse.ts'
import { unlessAborted } from './unless-aborted.ts'

/** Whose row is read. */
export interface RowName {
  readonly username: Username
  readonly course: CourseKey
}

/** How rows are read. */
export interface RowReads {
  readonly readOne: (purse: PayingPurse, row: RowName, signal: AbortSignal) => Promise<Enrolment>
  /** In the order in which they are asked for; undefined where a list does not tell for certain. */
  readonly readSome: (
    purse: PayingPurse,
    rows: readonly RowName[],
    signal: AbortSignal,
  ) => Promise<readonly (Enrolment | undefined)[]>
  /** Whether a list can be asked for it. */
  readonly isListable: (row: RowName) => boolean
}

export interface JointReadParts extends RowReads, ListStandingOptions {
  /** How long the first who asks waits at most for those who are about to. */
  readonly collectMs?: number
}

/** The reads of one job. */
export interface Reader {
  /** The first is shared where that can be; every later one is a call of its own, paid from the job's own purse. */
  read(row: RowName, signal: AbortSignal): Promise<Enrolment>
  /** The job is over. */
  leave(): Promise<void>
}

export interface JointReads {
  readonly isSharing: () => boolean
  join(own: Purse, party: Party): Reader
}

interface Ask {
  readonly row: RowName
  readonly own: Purse
  readonly party: Party
  readonly signal: AbortSignal
  readonly answer: PromiseWithResolvers<Enrolment>
  /** Runs something in the context of the job that asks. */
  readonly inItsJob: <Result>(run: () => Result) => Result
}

/**
 * Answers the first reads of several jobs by one call, which is begun only after all whom it answers asked.
 *
 * A lone job never waits for others. What may be a list's own trouble, such as one learner over whom the LMS stumbles, makes
 * each of them read alone.
 */
export function createJointReads({ collectMs = 500, ...parts }: JointReadParts): JointReads {
  const lists = createListStanding(parts)
  const readTogether = async (purse: PayingPurse, asks: readonly Ask[], signal: AbortSignal) => {
    const rows = asks.map(({ row }) => row)
    try {
      const found = await parts.readSome(purse, rows, signal)
      lists.noteSuccess()
      return asks.forEach((ask, index) => answerWith(parts, ask, found[index]))
    } catch (thrown) {
      const failure = toFailure(thrown)
      const isWorthReading = lists.noteFailure(failure)
      for (const ask of asks)
        if (isWorthReading) answerWith(parts, ask, undefined)
        else ask.answer.reject(failure)
    }
  }
  const answer = async (batch: readonly Ask[]) => {
    const asks = batch.filter(({ signal }) => !signal.aborted)
    const [first] = asks
    if (first !== undefined) {
      const tellEach = (tell: () => void) => asks.forEach(({ inItsJob }) => inItsJob(tell))
      const purse = { ...jointPurse([first.party.shared, ...asks.map(({ party }) => party.shared)]), tellEach }
      const signal = whenAllAborted(asks.map((ask) => ask.signal))
      await (asks.length === 1 ? readAlone(parts, purse, first, signal) : readTogether(purse, asks, signal))
    }
    // Calls that cannot be given back lapse by themselves.
    await Promise.all(batch.map(({ party }) => party.leave()))
  }
  const gathering = createGathering(answer, collectMs)

  return {
    isSharing: lists.isTrusted,
    join: (own, party) => {
      gathering.expect()
      let isExpected = true
      const leave = async () => {
        if (!isExpected) return
        isExpected = false
        gathering.excuse()
        await party.leave()
      }
      return {
        leave,
        read: async (row, signal) => {
          if (isExpected && lists.isTrusted() && parts.isListable(row)) {
            isExpected = false
            const inItsJob = AsyncLocalStorage.snapshot()
            const ask = { row, own, party, signal, answer: Promise.withResolvers<Enrolment>(), inItsJob }
            gathering.add(ask)
            return unlessAborted(ask.answer.promise, signal)
          }
          await leave()
          return parts.readOne(own, row, signal)
        },
      }
    },
  }
}

/** What was found, or what a call of its own finds. */
function answerWith(reads: RowReads, ask: Ask, found: Enrolment | undefined): void {
  if (found === undefined) void ask.inItsJob(() => readAlone(reads, ask.own, ask, ask.signal))
  else ask.answer.resolve(found)
}

function readAlone(
  { readOne }: RowReads,
  purse: PayingPurse,
  { row, answer }: Ask,
  signal: AbortSignal,
): Promise<void> {
  return readOne(purse, row, signal).then(answer.resolve, answer.reject)
}

/** Who gives up takes the answer from nobody else; once all have, nobody needs it. */
function whenAllAborted(signals: readonly AbortSignal[]): AbortSignal {
  const all = new AbortController()
  let left = signals.length
  const count = (reason: unknown) => {
    left -= 1
    if (left === 0) all.abort(reason)
  }
  for (const signal of signals) signal.addEventListener('abort', () => count(signal.reason), { once: true })
  return all.signal
}
