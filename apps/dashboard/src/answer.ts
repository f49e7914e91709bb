import {
  failures,
  wanted,
  type Enrolment,
  type FailureCode,
  type GateState,
  type ItemState,
  type Seat,
} from '@seatkeeper/core'

/** How good a thing is: as it must be, under way, waiting for somebody else, in need of a person, or of no concern. */
export type Tone = 'good' | 'busy' | 'wait' | 'bad' | 'none'

/** Why a learner is in a course run, or is not: the one thing that operators come for. */
export interface Answer {
  readonly tone: Tone
  /** A few words. */
  readonly short: string
  /** What is going on, and what a person could do about it. */
  readonly why: string
  readonly code: FailureCode | null
  /** When it is looked at next; null where nothing is planned. */
  readonly nextAtMs: number | null
}

/** What is known of a seat when somebody asks. */
export interface AnswerFacts {
  readonly seat: Pick<Seat, 'claims' | 'baseline' | 'applied' | 'invited' | 'decision'>
  readonly state: ItemState
  /** Of the seat's LMS. */
  readonly gate: GateState
  /** The seat's lane was stopped by this person. */
  readonly pausedBy: string | null
}

/** Says why a seat is as it is. Pure. */
export function answerOf(facts: AnswerFacts): Answer {
  const { state } = facts
  if (state.status === 'dead') return given(facts)
  if (state.status === 'waiting') return awaited(facts)
  return state.status === 'due' ? underWay(facts) : atRest(facts)
}

const plain = { code: null, nextAtMs: null } as const

function given({ seat, state }: AnswerFacts): Answer {
  const code = state.failure?.code ?? 'UNEXPECTED'
  const short = wantedOf(seat).isActive ? 'Not enrolled' : 'Not ended'
  return { ...plain, tone: 'bad', short, why: failures[code].advice, code }
}

function awaited({ seat, state }: AnswerFacts): Answer {
  const nextAtMs = state.dueAtMs
  const wait = { ...plain, tone: 'wait', nextAtMs } as const
  if (state.waitReason === 'enrolment-opens-later')
    return {
      ...wait,
      short: 'Enrolment not open yet',
      why: 'The course run opens later; the learner is enrolled then.',
    }
  if (state.waitReason !== 'no-account') return { ...wait, short: 'Waits', why: 'It is looked at again by itself.' }
  const asked = seat.invited ? 'The LMS was asked to enrol the address once it registers.' : 'It is looked for again.'
  return { ...wait, short: 'No LMS account', why: `Nobody at the LMS has the address of the order. ${asked}` }
}

function underWay({ seat, state, gate, pausedBy }: AnswerFacts): Answer {
  const held = { ...plain, tone: 'wait', short: 'Held back' } as const
  if (pausedBy !== null)
    return { ...held, why: `${pausedBy} stopped the lane ${state.lane}. It goes on when somebody resumes it.` }
  if (gate.state !== 'open') return { ...held, why: failures[gate.code].advice, code: gate.code }
  const last = state.attempts.at(-1)
  const busy = { ...plain, tone: 'busy', nextAtMs: state.dueAtMs } as const
  if (last === undefined)
    return {
      ...busy,
      short: wantedOf(seat).isActive ? 'Being done' : 'Being ended',
      why: 'A worker takes it next. This takes seconds.',
    }
  return { ...busy, short: 'Trying again', why: failures[last.code].advice, code: last.code }
}

function atRest({ seat, state }: AnswerFacts): Answer {
  const { applied, decision } = seat
  const rest = { ...plain, code: state.discarded === null ? null : (state.failure?.code ?? null) }
  if (state.discarded !== null)
    return {
      ...rest,
      tone: 'none',
      short: 'Given up',
      why: `${state.discarded.by} gave it up: ${state.discarded.reason}`,
    }
  const goal = wantedOf(seat)
  if (goal.isActive && applied?.isActive === true)
    return { ...rest, tone: 'good', short: `Enrolled as ${applied.mode ?? 'learner'}`, why: whyIn(seat) }
  if (goal.isActive)
    return {
      ...rest,
      tone: 'bad',
      short: 'Not enrolled',
      why: 'It is paid for, but others gave another enrolment at the LMS, which was left alone.',
    }
  if (applied?.isActive === true)
    return {
      ...rest,
      tone: 'wait',
      short: `Keeps ${applied.mode ?? 'access'}`,
      why: 'Nothing pays for it any more; what is left was allowed to stay.',
    }
  const why = decision?.access === 'denied' ? `${decision.by} denied it.` : 'No order pays for it any more.'
  return { ...rest, tone: 'none', short: 'Not enrolled', why }
}

function whyIn({ claims, decision }: AnswerFacts['seat']): string {
  if (decision?.access === 'granted') return `${decision.by} granted it.`
  const live = claims.filter(({ access }) => access === 'granted').length
  if (live === 0) return 'The learner had it before any order.'
  return live === 1
    ? 'One paid unit holds it, and the LMS confirmed it.'
    : `${live} paid units hold it, and the LMS confirmed it.`
}

/** What a seat is to be. */
export function wantedOf({ claims, baseline }: Pick<Seat, 'claims' | 'baseline'>): Enrolment {
  return wanted(claims, baseline ?? undefined)
}
