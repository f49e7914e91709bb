import { describe, expect, it } from '@jest/globals'
import { failureOf, meaningOf, type StoreAnswer } from './answers.ts'
import type { Endpoint } from './endpoint.ts'
import { recordedAnswer } from './recordings.fixture.ts'

const json = 'application/json'
const page = { mediaType: 'text/html', body: '<!doctype html><h1>Sorry</h1>' }

describe('meaningOf', () => {
  it.each([
    ['readOrder', '36-rest-api/rest/28-auth-https-basic', 'content'],
    ['readOrder', '36-rest-api/rest/36-auth-http-oauth1-hmac-sha256', 'content'],
    ['readOrder', '16-trash-restore-delete/rest/06-get-deleted', 'absent'],
    ['readOrder', '36-rest-api/rest/16-get-404', 'absent'],
    ['readOrder', '36-rest-api/rest/18-get-product-id', 'absent'],
    ['readOrder', '41-rest-refunds-and-boundaries/rest/03-refund-as-order', 'absent'],
    ['readOrder', '36-rest-api/rest/15-put-404', 'STORE_ERROR'],
    ['readOrder', '36-rest-api/rest/17-get-nonnumeric', 'STORE_ENDPOINT_MISSING'],
    ['readOrder', '36-rest-api/rest/30-auth-https-none', 'STORE_KEY_REFUSED'],
    ['readOrder', '36-rest-api/rest/31-auth-https-unknown-key', 'STORE_KEY_REFUSED'],
    ['readOrder', '36-rest-api/rest/32-auth-https-wrong-secret', 'STORE_KEY_REFUSED'],
    ['readOrder', '36-rest-api/rest/33-auth-http-basic-ignored', 'STORE_KEY_REFUSED'],
    ['readOrder', '36-rest-api/rest/39-auth-oauth-nonce-reuse', 'STORE_KEY_REFUSED'],
    ['readOrder', '36-rest-api/rest/40-auth-oauth-old-timestamp', 'STORE_KEY_REFUSED'],
    ['readOrder', '36-rest-api/rest/41-auth-oauth-bad-signature', 'STORE_KEY_REFUSED'],
    ['readOrder', '36-rest-api/rest/42-auth-oauth-unknown-key', 'STORE_KEY_REFUSED'],
    ['readOrder', '36-rest-api/rest/43-auth-oauth-missing-param', 'STORE_KEY_REFUSED'],
    ['readOrder', '36-rest-api/rest/46-auth-write-only-key-get', 'STORE_KEY_REFUSED'],
    ['readRefundsOfOrder', '41-rest-refunds-and-boundaries/rest/06-refunds-of-missing-order', 'content'],
    ['readRefundsOfOrder', '41-rest-refunds-and-boundaries/rest/04-deleted-refund', 'STORE_ERROR'],
    ['readRefundsOfOrder', '41-rest-refunds-and-boundaries/rest/10-refund-too-much', 'STORE_ERROR'],
    ['listOrders', '36-rest-api/rest/01-modified-after-page1', 'content'],
    ['listOrders', '36-rest-api/rest/03-modified-after-beyond', 'content'],
    ['listOrders', '36-rest-api/rest/09-per-page-101', 'STORE_ERROR'],
    ['listOrders', '36-rest-api/rest/10-bad-status-filter', 'STORE_ERROR'],
    ['listOrders', '36-rest-api/rest/16-get-404', 'STORE_ERROR'],
    ['listRefunds', '41-rest-refunds-and-boundaries/rest/01-all-refunds-endpoint', 'content'],
    ['setStatus', '36-rest-api/rest/11-put-completed', 'content'],
    ['setStatus', '36-rest-api/rest/12-put-completed-again', 'content'],
    ['setStatus', '36-rest-api/rest/15-put-404', 'absent'],
    ['setStatus', '36-rest-api/rest/16-get-404', 'STORE_ERROR'],
    ['setStatus', '36-rest-api/rest/13-put-invalid-status', 'STORE_ERROR'],
    ['setStatus', '36-rest-api/rest/14-put-prefixed-status', 'STORE_ERROR'],
    ['setStatus', '36-rest-api/rest/45-auth-read-only-key-put', 'STORE_KEY_REFUSED'],
    ['readNotes', '36-rest-api/rest/22-get-notes', 'content'],
    ['readNotes', '36-rest-api/rest/23-post-note-404', 'absent'],
    ['addNote', '36-rest-api/rest/19-post-note', 'content'],
    ['addNote', '36-rest-api/rest/21-post-note-empty', 'STORE_ERROR'],
    ['addNote', '36-rest-api/rest/23-post-note-404', 'absent'],
    ['readProduct', '18-variation/rest/03-product-parent', 'content'],
    ['readProduct', '36-rest-api/rest/16-get-404', 'STORE_ERROR'],
    ['readVariation', '18-variation/rest/04-product-variation', 'content'],
    ['listWebhooks', '01-webhook-ping/rest/11-list', 'content'],
    ['createWebhook', '01-webhook-ping/rest/02-create-order-updated', 'content'],
    ['createWebhook', '01-webhook-ping/rest/14-create-bad-topic', 'STORE_ERROR'],
  ] as const)('for %s reads the recorded answer %s as %s', (endpoint, name, expected) => {
    expect(summary(endpoint, recordedAnswer(name))).toBe(expected)
  })

  it.each([
    ['readProduct', 404, 'woocommerce_rest_product_invalid_id', 'absent'],
    ['readProduct', 404, 'woocommerce_rest_product_variation_invalid_id', 'STORE_ERROR'],
    ['readProduct', 404, 'rest_no_route', 'STORE_ENDPOINT_MISSING'],
    ['readVariation', 404, 'woocommerce_rest_product_variation_invalid_id', 'absent'],
    ['readVariation', 404, 'woocommerce_rest_product_invalid_id', 'STORE_ERROR'],
    ['listRefunds', 404, 'rest_no_route', 'STORE_ENDPOINT_MISSING'],
    ['setWebhookStatus', 400, 'woocommerce_rest_shop_webhook_invalid_id', 'absent'],
    ['setWebhookStatus', 404, 'woocommerce_rest_shop_webhook_invalid_id', 'STORE_ERROR'],
    ['createWebhook', 401, 'woocommerce_rest_cannot_create', 'STORE_KEY_REFUSED'],
  ] as const)('for %s reads %i %s as %s', (endpoint, status, code, expected) => {
    expect(summary(endpoint, anAnswer({ status, body: JSON.stringify({ code }) }))).toBe(expected)
  })

  it.each([
    ['a success that is a page', { status: 200, ...page }, 'STORE_ERROR'],
    ['a success behind PHP’s warnings', { status: 201, body: '<br />Warning: […]{"id":1}' }, 'STORE_ERROR'],
    ['a success without end', { status: 200, body: '[', isCut: true }, 'STORE_ERROR'],
    ['a crash of PHP', { status: 500, ...page }, 'STORE_ERROR'],
    ['a bad gateway', { status: 502, ...page }, 'STORE_ERROR'],
    ['a gateway’s time limit', { status: 504, body: '' }, 'STORE_ERROR'],
    ['maintenance', { status: 503, ...page }, 'STORE_UNREACHABLE'],
    ['a firewall’s page', { status: 403, ...page }, 'STORE_UNREACHABLE'],
    ['too many calls', { status: 429, ...page }, 'STORE_THROTTLED'],
    ['a redirect', { status: 301, body: '' }, 'STORE_MOVED'],
    ['a missing page', { status: 404, ...page }, 'STORE_ENDPOINT_MISSING'],
  ])('after a change knows whether %s leaves its fate open', (_, answer, expected) => {
    for (const endpoint of ['setStatus', 'addNote', 'createWebhook', 'setWebhookStatus'] as const)
      expect(summary(endpoint, anAnswer(answer))).toBe(expected)
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
    expect(summary('readOrder', anAnswer(answer))).toBe(expected)
  })

  it('gives what the shop said', () => {
    expect(meaningOf('listOrders', { status: 200, mediaType: json, isCut: false, body: '[{"id":115}]' })).toEqual({
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

function anAnswer(answer: Partial<StoreAnswer>): StoreAnswer {
  return { status: 200, mediaType: json, isCut: false, body: '', ...answer }
}

function summary(endpoint: Endpoint, answer: StoreAnswer): string {
  const meaning = meaningOf(endpoint, answer)
  return meaning.kind === 'failure' ? meaning.code : meaning.kind
}

function invalidId(): string {
  return recordedAnswer('36-rest-api/rest/16-get-404').body
}
