import { describe, expect, it } from '@jest/globals'
import { retryAfterMs, troubleOf } from './http-answer.ts'

const json = { mediaType: 'application/json', body: '{}' }
const page = { mediaType: 'text/html', body: '<html>' }
const nothing = { mediaType: '', body: '' }

describe('troubleOf', () => {
  it.each([
    ['429 with JSON', { status: 429, ...json }, 'throttled'],
    ['429 with a page', { status: 429, ...page }, 'throttled'],
    ['503 with Retry-After', { status: 503, ...page, retryAfter: '5' }, 'throttled'],
    ['503', { status: 503, ...page }, 'unreachable'],
    ['502', { status: 502, ...page }, 'unreachable'],
    ['504', { status: 504, ...nothing }, 'unreachable'],
    ['a redirect', { status: 301, ...nothing }, 'moved'],
    ['a page with 200', { status: 200, ...page }, 'unreachable'],
    ['a page with 403', { status: 403, ...page }, 'unreachable'],
    ['a page with 404', { status: 404, ...page }, 'endpoint-missing'],
    ['a page with 500', { status: 500, ...page }, undefined],
    ['an empty 404', { status: 404, ...nothing }, undefined],
    ['an empty 200', { status: 200, ...nothing }, undefined],
    ['a JSON error', { status: 400, ...json }, undefined],
    ['problem JSON', { status: 400, mediaType: 'application/problem+json', body: '{}' }, undefined],
  ])('reads %s', (_, answer, trouble) => {
    expect(troubleOf(answer)).toBe(trouble)
  })
})

describe('retryAfterMs', () => {
  const nowMs = Date.parse('2026-11-21T18:00:00Z')
  it.each([
    ['38', 38_000],
    ['0', 1000],
    ['999999999', 3_600_000],
    ['-1', 60_000],
    ['soon', 60_000],
    [undefined, 60_000],
    ['Sat, 21 Nov 2026 18:00:30 GMT', 30_000],
    ['Sat, 21 Nov 2026 17:00:00 GMT', 1000],
  ])('reads %j as %d ms', (header, waitMs) => {
    expect(retryAfterMs(header, nowMs)).toBe(waitMs)
  })
})
