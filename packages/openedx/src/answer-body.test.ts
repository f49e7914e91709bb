import { describe, expect, it } from '@jest/globals'
import type { HttpAnswer } from '@seatkeeper/core'
import { wordsOf } from './answer-body.ts'

const saying = (value: unknown): HttpAnswer => ({
  status: 400,
  mediaType: 'application/json',
  body: JSON.stringify(value),
})

describe('wordsOf', () => {
  it.each([
    [{ message: 'No course.', localizedMessage: 'Kein Kurs.' }, 'No course.'],
    [{ detail: 'Not yours.' }, 'Not yours.'],
    [{ error: 'invalid_client' }, 'invalid_client'],
    [{ field_errors: { username: 'bad' } }, '{"field_errors":{"username":"bad"}}'],
  ])('finds the words in %j', (body, words) => {
    expect(wordsOf(saying(body), [])).toBe(words)
  })

  it('adds the modes that a course run offers', () => {
    const course_details = { course_modes: [{ slug: 'audit' }, { slug: 'honor' }] }
    expect(wordsOf(saying({ message: 'No such mode.', course_details }), [])).toBe(
      'No such mode. Offered: audit, honor.',
    )
  })

  it.each([
    [{ message: { toString: 1 }, detail: 'Not yours.' }, 'Not yours.'],
    [{ message: { toString: 1 } }, '{"message":{"toString":1}}'],
    [
      { message: 'No.', course_details: { course_modes: [{ slug: { toString: 1 } }, null, 'audit'] } },
      'No. Offered: ?, ?, ?.',
    ],
  ])('makes no text of what is none in %j', (body, words) => {
    expect(wordsOf(saying(body), [])).toBe(words)
  })

  it.each([
    ['as it is', { message: 'a"b c/ü is wrong' }],
    ['in JSON', { errors: ['a"b c/ü is wrong'] }],
    ['as it was sent', { message: 'client_secret=a%22b+c%2F%C3%BC is wrong' }],
  ])('takes out a secret %s', (_, body) => {
    expect(wordsOf(saying(body), ['a"b c/ü'])).toMatch(/^(?!.*(a"b|a\\"b|a%22b)).*\[redacted\] is wrong/)
  })

  it('takes secrets and anything like a token out before cutting to 500 characters', () => {
    const token = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl'
    const words = wordsOf(saying({ message: `${'x'.repeat(480)} opaque-token ${token}` }), ['opaque-token'])
    expect(words).toHaveLength(500)
    expect(words).not.toMatch(/opaque|eyJ/)
  })
})
