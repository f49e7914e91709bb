import { JobFailure } from '@seatkeeper/core'
import type { z } from 'zod'

/** Reads an answer in the form we rely on. @throws JobFailure LMS_ANSWER_MISMATCH naming the fields, never their values. */
export function readForm<Form extends z.ZodType>(form: Form, json: unknown): z.output<Form> {
  const read = form.safeParse(json)
  if (read.success) return read.data
  throw mismatch(read.error.issues.map(({ path }) => path.join('.')))
}

/** The failure for an answer about something else than was asked. */
export function mismatch(fields: readonly string[]): JobFailure {
  return new JobFailure('LMS_ANSWER_MISMATCH', `the LMS answered something else in: ${fields.join(', ')}`)
}
