import { EmailAddress } from '@seatkeeper/core'
import { z } from 'zod'
import type { CustomField } from './custom-fields.ts'
import { FieldPath, valuesAt } from './field-path.ts'

const paths = z.array(FieldPath).max(20).default([])

/** Where a store's orders name who learns. */
export const LearnerFields = z.strictObject({
  lineFields: paths.describe(
    'custom fields of an order line that hold the e-mail addresses of its learners: key, key.name or key[name=value].name',
  ),
  orderFields: paths.describe(
    'the same of the order, for lines that name nobody; without such a field the buyer’s billing address learns',
  ),
})
export type LearnerFields = z.output<typeof LearnerFields>

/** So many of what looks like an address are tried: a shopper can fill a field with anything. */
const mostTried = 1000

/**
 * The addresses that stand at some paths: path by path, in order of appearance, each one once.
 *
 * A text may hold several, with commas, semicolons or line breaks between them, and so may a list of texts. What is no
 * address is left out, and so is what comes after a thousand of them.
 */
export function learnersIn(fields: readonly CustomField[], at: readonly FieldPath[]): readonly EmailAddress[] {
  const texts = at.flatMap((path) => valuesAt(fields, path)).flatMap(textsIn)
  const likely = texts.filter((text) => text.includes('@')).slice(0, mostTried)
  const addresses = likely.flatMap((text) => EmailAddress.safeParse(text).data ?? [])
  return [...new Set(addresses)]
}

function textsIn(value: unknown): readonly string[] {
  const texts: readonly unknown[] = Array.isArray(value) ? value : [value]
  return texts.filter((text) => typeof text === 'string').flatMap((text) => text.split(/[,;\r\n]+/))
}
