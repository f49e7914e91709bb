import { isFailureCode, type Attempt, type FailureCode, type TimelineEntry } from '@seatkeeper/core'
import type { Tone } from './answer.ts'
import { mayAct, type Visitor } from './login/visitor.ts'

/** One line of what happened, in words. */
export interface Happening {
  readonly atMs: number
  /** Whom it happened to, where a page shows several. */
  readonly of: string
  readonly words: string
  readonly detail: string
  readonly tone: Tone
  /** Of a failure. */
  readonly code: FailureCode | null
  /** How long until the next try; null where none was planned or it is not known any more. */
  readonly nextInMs: number | null
}

export interface Timeline {
  /** The latest first. */
  readonly happenings: readonly Happening[]
  /** How many entries whoever looks may not read, because they may name a person. */
  readonly leftOut: number
}

/** One item's own entries. */
export interface Lived {
  readonly of: string
  readonly entries: readonly TimelineEntry[]
  readonly attempts: readonly Attempt[]
}

/** What each kind of entry means, and how good it is. */
const words: ReadonlyMap<string, readonly [string, Tone]> = new Map([
  ['hint', ['Word came that it changed', 'none']],
  ['snapshot', ['Took what the webhook said', 'none']],
  ['read', ['Read at the shop', 'none']],
  ['granted', ['Claim granted', 'none']],
  ['withdrawn', ['Claim withdrawn', 'none']],
  ['moved', ['Claim moved to another learner', 'none']],
  ['adopted', ['Taken over as it was found', 'none']],
  ['held', ['Held: it would end too many seats', 'bad']],
  ['merged', ['Same account as an older seat, which goes on', 'none']],
  ['joined', ['Took over a seat of the same account', 'none']],
  ['drift', ['Changed by others at the LMS', 'wait']],
  ['told', ['The shop was told', 'none']],
  ['recheck', ['To be looked at once more', 'none']],
  ['settled', ['Settled', 'good']],
  ['waiting', ['Waits', 'wait']],
  ['failed', ['Attempt failed', 'wait']],
  ['dead', ['Gave up', 'bad']],
  ['replayed', ['Replayed by', 'busy']],
])

/**
 * Entries in others' own words, which may name a person: `said` is the other side, `operator` a decision with its reason,
 * `discarded` another. Viewers do not see them.
 */
const free: ReadonlyMap<string, readonly [string, Tone]> = new Map([
  ['said', ['In their words', 'none']],
  ['operator', ['An operator decided', 'busy']],
  ['discarded', ['Given up by an operator', 'none']],
])

/** Everything that happened to some items, as far as whoever looks may know. Kinds that nobody knows are left out. */
export function timelineOf(lives: readonly Lived[], visitor: Visitor): Timeline {
  const seesAll = mayAct(visitor, 'operator')
  const all = lives.flatMap(({ of, entries, attempts }) => entries.map((entry) => ({ of, entry, attempts })))
  const shown = all.filter(({ entry: { what } }) => words.has(what) || (seesAll && free.has(what)))
  const happenings = shown.map(({ of, entry, attempts }) => happeningOf(of, entry, attempts))
  // Sorting is stable and entries come oldest first: what happened in one millisecond keeps its order.
  return {
    happenings: happenings.toSorted((one, other) => one.atMs - other.atMs).toReversed(),
    leftOut: all.length - shown.length,
  }
}

function happeningOf(of: string, { atMs, what, detail }: TimelineEntry, attempts: readonly Attempt[]): Happening {
  const [text, tone] = words.get(what) ?? free.get(what) ?? [what, 'none']
  const code = isFailureCode(detail) ? detail : null
  const attempt = attempts.find((one) => one.atMs === atMs && one.code === code)
  return { atMs, of, words: text, detail: code === null ? detail : '', tone, code, nextInMs: attempt?.nextInMs ?? null }
}
