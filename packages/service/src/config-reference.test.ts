import { describe, expect, it } from '@jest/globals'
import { z } from 'zod'
import { describeSchema, maskSecrets, purposeAt } from './config-reference.ts'

const Config = z.object({
  redisUrl: z.string().describe('address of Redis'),
  lms: z
    .array(
      z.object({
        timeoutMs: z.int().meta({ description: 'longest call', unit: 'milliseconds' }).default(15_000),
        modes: z.array(z.string()).optional().describe('modes that may be sold'),
      }),
    )
    .describe('every LMS'),
  courses: z.record(z.string(), z.object({ key: z.string().trim().describe('course run') })).default({}),
  learner: z.union([z.literal('billing'), z.object({ field: z.string().describe('where the address is') })]),
})

describe('describeSchema', () => {
  it('has a row for each setting, with unit, default and need', () => {
    expect(describeSchema(Config)).toEqual([
      { path: 'redisUrl', purpose: 'address of Redis', unit: null, default: null, required: true },
      { path: 'lms', purpose: 'every LMS', unit: null, default: null, required: true },
      { path: 'lms[].timeoutMs', purpose: 'longest call', unit: 'milliseconds', default: '15000', required: false },
      { path: 'lms[].modes', purpose: 'modes that may be sold', unit: null, default: null, required: false },
      { path: 'courses.<name>.key', purpose: 'course run', unit: null, default: null, required: true },
      { path: 'learner.field', purpose: 'where the address is', unit: null, default: null, required: true },
    ])
  })
})

describe('purposeAt', () => {
  it.each([
    [['lms'], 'every LMS'],
    [['lms', 0], 'every LMS'],
    [['lms', 3, 'timeoutMs'], 'longest call'],
    [['lms', 0, 'modes', 1], 'modes that may be sold'],
    [['courses', 'TS-101', 'key'], 'course run'],
    [['learner', 'field'], 'where the address is'],
    [['courses'], undefined],
    [['nothing', 'there'], undefined],
    [[], undefined],
  ])('finds the purpose of %j', (path, purpose) => {
    expect(purposeAt(Config, path)).toBe(purpose)
  })
})

describe('maskSecrets', () => {
  const secret = z.string().describe('a secret').meta({ secret: true })
  const Kept = z.object({
    name: z.string(),
    secret,
    maybe: secret.optional(),
    list: z.array(z.string()).default([]).describe('secrets').meta({ secret: true }),
    below: z.array(z.object({ secret })),
    byName: z.record(z.string(), secret),
    either: z.union([z.literal('none'), z.object({ secret: secret.transform((text) => text.length) })]),
  })

  it('leaves only what is no secret, wherever it is', () => {
    const value = {
      name: 'a',
      secret: 'b',
      list: ['c'],
      below: [{ secret: 'd' }],
      byName: { e: 'f' },
      either: { secret: 1 },
    }
    expect(maskSecrets(Kept, value)).toEqual({
      name: 'a',
      secret: '[secret]',
      list: ['[secret]'],
      below: [{ secret: '[secret]' }],
      byName: { e: '[secret]' },
      either: { secret: '[secret]' },
    })
  })

  it('keeps what the mark is for', () => {
    expect(purposeAt(Kept, ['list'])).toBe('secrets')
  })
})
