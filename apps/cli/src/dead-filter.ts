import { isFailureCode, LmsId, StoreId, type DeadFilter, type FailureCode } from '@seatkeeper/core'
import { StartError } from '@seatkeeper/service'
import type { Command } from 'commander'
import type { z } from 'zod'
import { readMoment } from './moment.ts'

/** What narrows dead letters on the command line. */
export interface DeadFilterOptions {
  readonly code?: string
  readonly lane?: string
  readonly store?: string
  readonly lms?: string
  readonly since?: number
}

/** Adds the options that narrow dead letters; those given must all fit. */
export function withDeadFilter(command: Command): Command {
  return command
    .option('--code <code>', 'only those that died of this failure code')
    .option('--lane <name>', 'only those of this lane, such as enroll.campus')
    .option('--store <name>', 'only those of this store, seats of its orders included')
    .option('--lms <name>', 'only seats of this LMS')
    .option('--since <time>', 'only those that died since: 2d, 6h, 30m, a date or a time', (text) =>
      readMoment(text, Date.now()),
    )
}

/** Whether anything narrows them. */
export function isNarrowed({ code, lane, store, lms, since }: DeadFilterOptions): boolean {
  return [code, lane, store, lms, since].some((option) => option !== undefined)
}

/** @throws StartError for a code or a name that cannot be one. */
export function readDeadFilter({ code, lane, store, lms, since }: DeadFilterOptions): DeadFilter {
  return {
    code: code === undefined ? undefined : readCode(code),
    lane,
    store: store === undefined ? undefined : readName(StoreId, 'store', store),
    lms: lms === undefined ? undefined : readName(LmsId, 'LMS', lms),
    sinceMs: since,
  }
}

function readCode(text: string): FailureCode {
  if (!isFailureCode(text)) throw new StartError(`There is no failure code ${text}; docs/failures.md lists them.`)
  return text
}

function readName<Schema extends z.ZodType>(schema: Schema, what: string, text: string): z.output<Schema> {
  const parsed = schema.safeParse(text)
  if (parsed.success) return parsed.data
  throw new StartError(`${text} cannot be the name of a ${what}: ${parsed.error.issues[0]?.message}.`)
}
