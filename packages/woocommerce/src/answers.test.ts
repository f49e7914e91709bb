import { describe, expect, it } from '@jest/globals'
import { failureOf, meaningOf, type StoreAnswer } from './answers.ts'
import { recordedAnswer } from './recordings.fixture.ts'

const json = 'application/json'
const page = { mediaType: 'text/html', body: '<!doctype html><h1>Sorry</h1>' }

describe('meaningOf', () => {
  it.each([
    ['36-rest-api/rest/28-auth-https-basic', 'content'],
    ['36-rest-api/rest/36-auth-http-oauth1-hmac-sha256', 'content'],
    ['41-rest-refunds-and-boundaries/rest/06-refunds-of-missing-order', 'content'],
    ['16-trash-restore-delete/rest/06-get-deleted', 'deleted'],
    ['36-rest-api/rest/16-get-404', 'deleted'],
    ['36-rest-api/rest/18-get-product-id', 'deleted'],
    ['41-rest-refunds-and-boundaries/rest/03-refund-as-order', 'deleted'],
    ['36-rest-api/rest/17-get-nonnumeric', 'STORE_ENDPOINT_MISSING'],
    ['36-rest-api/rest/30-auth-https-none', 'STORE_KEY_REFUSED'],
    ['36-rest-api/rest/31-auth-https-unknown-key', 'STORE_KEY_REFUSED'],
    ['36-rest-api/rest/32-auth-https-wrong-secret', 'STORE_KEY_REFUSED'],
    ['36-rest-api/rest/33-auth-http-basic-ignored', 'STORE_KEY_REFUSED'],
    ['36-rest-api/rest/39-auth-oauth-nonce-reuse', 'STORE_KEY_REFUSED'],
    ['36-rest-api/rest/40-auth-oauth-old-timestamp', 'STORE_KEY_REFUSED'],
    ['36-rest-api/rest/41-auth-oauth-bad-signature', 'STORE_KEY_REFUSED'],
    ['36-rest-api/rest/42-auth-oauth-unknown-key', 'STORE_KEY_REFUSED'],
    ['36-rest-api/rest/43-auth-oauth-missing-param', 'STORE_KEY_REFUSED'],
    ['36-rest-api/rest/46-auth-write-only-key-get', 'STORE_KEY_REFUSED'],
    ['36-rest-api/rest/09-per-page-101', 'STORE_ERROR'],
    ['41-rest-refunds-and-boundaries/rest/04-deleted-refund', 'STORE_ERROR'],
    ['41-rest-refunds-and-boundaries/rest/10-refund-too-much', 'STORE_ERROR'],
  ])('reads the recorded answer %s as %s', (name, expected) => {
    expect(summary(recordedAnswer(name))).toBe(expected)
  })

  it.each([
    ['a web page where JSON is due', { status: 200, ...page }, 'STORE_UNREACHABLE'],
    ['JSON behind PHP’s warnings', { status: 200, body: '<br />Warning: […]{"id":1}' }, 'STORE_UNREACHABLE'],
    ['half of JSON', { status: 200, body: '{"id":' }, 'STORE_UNREACHABLE'],
    ['nothing', { status: 200, body: '' }, 'STORE_UNREACHABLE'],
    ['a bad gateway', { status: 502, ...page }, 'STORE_UNREACHABLE'],
    ['maintenance', { status: 503, ...page }, 'STORE_UNREACHABLE'],
    ['a gateway’s time limit', { status: 504, body: '' }, 'STORE_UNREACHABLE'],
    ['a refusal by a firewall’s page', { status: 403, ...page }, 'STORE_UNREACHABLE'],
    ['maintenance with a time', { status: 503, ...page, retryAfter: '60' }, 'STORE_THROTTLED'],
    ['too many calls', { status: 429, body: '{}' }, 'STORE_THROTTLED'],
    ['too many calls, as a page', { status: 429, ...page }, 'STORE_THROTTLED'],
    ['a redirect to a login page', { status: 302, ...page }, 'STORE_MOVED'],
    ['a permanent redirect', { status: 301, body: '' }, 'STORE_MOVED'],
    ['a missing page', { status: 404, ...page }, 'STORE_ENDPOINT_MISSING'],
    ['no WooCommerce', { status: 404, body: '{"code":"rest_no_route"}' }, 'STORE_ENDPOINT_MISSING'],
    ['a security plugin’s refusal', { status: 403, body: '{"code":"rest_disabled"}' }, 'STORE_KEY_REFUSED'],
    ['a missing order in another status', { status: 400, body: invalidId() }, 'STORE_ERROR'],
    ['a missing order in another word', { status: 404, body: '{"code":"gone"}' }, 'STORE_ERROR'],
    ['a missing order without words', { status: 404, body: '' }, 'STORE_ERROR'],
    ['a missing order as a page', { status: 404, mediaType: 'text/html', body: invalidId() }, 'STORE_ENDPOINT_MISSING'],
    ['a crash of PHP', { status: 500, ...page }, 'STORE_ERROR'],
    ['WordPress’s critical error', { status: 500, body: '{"code":"internal_server_error"}' }, 'STORE_ERROR'],
    ['something new', { status: 418, body: '{}' }, 'STORE_ERROR'],
    ['a body without end', { status: 200, body: '[', isCut: true }, 'STORE_ANSWER_UNREADABLE'],
    ['a crash without end', { status: 500, ...page, isCut: true }, 'STORE_ERROR'],
    ['a page without end', { status: 200, ...page, isCut: true }, 'STORE_UNREACHABLE'],
  ])('reads %s', (_, answer, expected) => {
    expect(summary({ mediaType: json, isCut: false, ...answer })).toBe(expected)
  })

  it('gives what the shop said', () => {
    expect(meaningOf({ status: 200, mediaType: json, isCut: false, body: '[{"id":115}]' })).toEqual({
      kind: 'content',
      content: [{ id: 115 }],
    })
  })
})

describe('failureOf', () => {
  const answer: StoreAnswer = { status: 429, mediaType: json, isCut: false, body: 'slow down', retryAfter: '7' }

  it('says when to come back only if the shop is throttling', () => {
    expect(failureOf('STORE_THROTTLED', answer, [], 0)).toMatchObject({ code: 'STORE_THROTTLED', retryAfterMs: 7000 })
    expect(failureOf('STORE_ERROR', answer, [], 0).retryAfterMs).toBeUndefined()
  })

  it.each([
    ['7', 7000],
    ['Thu, 01 Jan 1970 00:01:30 GMT', 90_000],
    ['999999999', 3_600_000],
    ['-1', 60_000],
    ['soon', 60_000],
    [undefined, 60_000],
  ])('waits for Retry-After %s %d ms', (retryAfter, ms) => {
    expect(failureOf('STORE_THROTTLED', { ...answer, retryAfter }, [], 0).retryAfterMs).toBe(ms)
  })

  it('keeps 500 characters of the shop’s words, without credentials and out of the message', () => {
    const failure = failureOf('STORE_ERROR', { ...answer, body: `cs_1 ${'ada@example.com '.repeat(100)}` }, ['cs_1'], 0)
    expect(failure.theirWords).toMatch(/^… ada@example\.com /)
    expect(failure.theirWords).toHaveLength(500)
    expect(failure.message).toBe('the shop answered 429')
  })

  it('leaves no half of a credential at the end of the words', () => {
    const failure = failureOf(
      'STORE_ERROR',
      { ...answer, body: `${'x'.repeat(490)}cs_0123456789abcdef` },
      ['cs_0123456789abcdef'],
      0,
    )
    expect(failure.theirWords).toBe(`${'x'.repeat(490)}…`)
  })
})

function summary(answer: StoreAnswer): string {
  const meaning = meaningOf(answer)
  return meaning.kind === 'failure' ? meaning.code : meaning.kind
}

function invalidId(): string {
  return recordedAnswer('36-rest-api/rest/16-get-404').body
}
