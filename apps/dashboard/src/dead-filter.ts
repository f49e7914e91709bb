import { isFailureCode, LmsId, StoreId, type DeadFilter, type FailureCode } from '@seatkeeper/core'
import type { Request } from 'express'
import { z } from 'zod'
import { fieldOf } from './forms.ts'
import { isItemId } from './item-id.ts'

/** What a filter's fields are called in addresses and forms. */
const fields = ['item', 'code', 'lane', 'store', 'lms'] as const

/** Which dead items a page or form is about; undefined if it says something that cannot be, which must not mean all. */
export function readDeadFilter(request: Request): DeadFilter | undefined {
  const given = Object.fromEntries(
    fields.map((name) => [name, fieldOf(request, name)]).filter(([, text]) => text !== ''),
  )
  const { item, ...rest } = Given.safeParse(given).data ?? { item: undefined, isWrong: true }
  if ('isWrong' in rest) return undefined
  return item === undefined ? rest : { ...rest, items: [item] }
}

const Given = z.object({
  item: z.string().refine(isItemId).optional(),
  code: z.custom<FailureCode>((text) => typeof text === 'string' && isFailureCode(text)).optional(),
  lane: z
    .string()
    .regex(/^[a-z]+\.[a-z0-9-]+$/)
    .optional(),
  store: StoreId.optional(),
  lms: LmsId.optional(),
})

/** The same filter as fields of a form or address. */
export function fieldsOf({ items, code, lane, store, lms }: DeadFilter): readonly (readonly [string, string])[] {
  const values = [
    ['item', items?.[0]],
    ['code', code],
    ['lane', lane],
    ['store', store],
    ['lms', lms],
  ] as const
  return values.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]))
}

/** In words, for headings and buttons. */
export function wordsOf(filter: DeadFilter): string {
  const given = fieldsOf(filter)
  return given.length === 0
    ? 'all dead letters'
    : given.map(([name, value]) => (name === 'item' ? value : `${name} ${value}`)).join(', ')
}
