import type { ChangeId, KeptNote, Outcome } from '@seatkeeper/core'
import { digestOf, isNote, noteText } from './shop-note.ts'
import { isQuiet, type ShopOutcome } from './shop-outcome.ts'
import type { Speaker } from './speaker.ts'

/** So long a note whose answer was lost may still come through. */
const unknownFateMs = 60_000

/** A speaker who knows which change is told of. */
export interface NoteSpeaker extends Speaker {
  readonly change: ChangeId | null
}

type Said = Extract<Outcome, { status: 'applied' | 'unchanged' | 'waiting' }>

/**
 * Tells a shop's staff of an outcome, once.
 *
 * Number and outcome are kept before the note is sent. While it is unknown whether a note arrived, nothing else is said:
 * it is looked for, and for a minute waited for, before its number is used again.
 */
export async function sayOutcome(speaker: NoteSpeaker, last: KeptNote | null, outcome: ShopOutcome): Promise<Said> {
  const digest = digestOf(outcome)
  if (last === null) return isQuiet(outcome) ? { status: 'unchanged' } : send(speaker, 1, outcome)
  const isThere = last.isConfirmed || (await confirm(speaker, last.number))
  if (isThere) return last.outcome === digest ? { status: 'unchanged' } : send(speaker, last.number + 1, outcome)
  const untilMs = last.atMs + unknownFateMs
  if ((await speaker.ledger.nowMs()) < untilMs) return { status: 'waiting', reason: 'scheduled', untilMs }
  return send(speaker, last.outcome === digest ? last.number : last.number + 1, outcome)
}

async function send(speaker: NoteSpeaker, number: number, outcome: ShopOutcome): Promise<Said> {
  const { ledger, store, ref, change, lease, signal } = speaker
  await lease.assertHeld()
  await ledger.recordNote(ref, { number, outcome: digestOf(outcome) })
  await lease.assertHeld()
  try {
    await store.addNote(ref, noteText(outcome, ref, { number, change }), signal)
  } catch (error) {
    if (!(await confirm(speaker, number).catch(() => false))) throw error
  }
  await ledger.confirmNote(ref, number)
  return { status: 'applied' }
}

/** Whether the shop has the note; if so, that is remembered. */
async function confirm({ ledger, store, ref, signal }: Speaker, number: number): Promise<boolean> {
  const notes = await store.readNotes(ref, signal)
  const isThere = notes.some((text) => isNote(text, number))
  if (isThere) await ledger.confirmNote(ref, number)
  return isThere
}
