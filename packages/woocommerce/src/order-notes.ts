import type { OrderId } from '@seatkeeper/core'
import { z } from 'zod'
import { shapedIfThere, type Ask } from './ask.ts'

const NoteBody = z.object({ note: z.string() })

/** The texts of an order's notes, all of them: the shop has no pages here. */
export async function readNotes(ask: Ask, order: OrderId, signal: AbortSignal): Promise<readonly string[]> {
  const query = { _fields: 'note' }
  const found = await ask({ endpoint: 'readNotes', path: `orders/${order}/notes`, query }, signal)
  return shapedIfThere(z.array(NoteBody), found).map(({ note }) => note)
}

/** Adds a note for the shop's staff; the buyer is sent nothing. No webhook tells of it. */
export async function addNote(ask: Ask, order: OrderId, note: string, signal: AbortSignal): Promise<void> {
  const body = { note, customer_note: false }
  shapedIfThere(NoteBody, await ask({ endpoint: 'addNote', path: `orders/${order}/notes`, body }, signal))
}
