import { describe, expect, it } from '@jest/globals'
import { signedQuery } from './oauth.ts'
import { recordedAnswer } from './recordings.fixture.ts'

const credentials = { key: `ck_${'1'.padStart(40, '0')}`, secret: `cs_${'1'.padStart(40, '0')}` }

describe('signedQuery', () => {
  it.each([
    ['36-rest-api/rest/36-auth-http-oauth1-hmac-sha256', { per_page: '1', _fields: 'id' }],
    [
      '36-rest-api/rest/37-auth-oauth-nested-params',
      {
        modified_after: '2026-11-21T18:23:34',
        dates_are_gmt: 'true',
        orderby: 'modified',
        status: 'processing,completed',
        per_page: '1',
        _fields: 'id',
      },
    ],
  ])('signs the recorded request %s as the shop accepted it', (name, query) => {
    const accepted = linkOf(name)
    const signed = signedQuery({
      method: 'GET',
      address: `${accepted.origin}/wp-json/wc/v3/orders`,
      query,
      ...credentials,
      nonce: accepted.parameter('oauth_nonce'),
      nowMs: Number(accepted.parameter('oauth_timestamp')) * 1000 + 999,
    })
    expect(new URLSearchParams(signed).get('oauth_signature')).toBe(`${accepted.parameter('oauth_signature')}=`)
  })

  it('sorts by name, not by name and value together', () => {
    const signed = signedQuery({
      method: 'GET',
      address: 'http://shop.example.org/wp-json/wc/v3/orders',
      query: { page: '2', page1: 'x', 'page[]': "a b!'()*~" },
      ...credentials,
      nonce: 'n',
      nowMs: 0,
    })
    expect(signed).toMatch(/&page=2&page%5B%5D=a%20b%21%27%28%29%2A~&page1=x&oauth_signature=[^&]+$/)
  })
})

/** The shop repeats an accepted request in the address of the next page, without the padding of the signature. */
function linkOf(name: string) {
  const { origin, search } = new URL(recordedAnswer(name).link.slice(1).split('>')[0] ?? '')
  const parameters = new URLSearchParams(search.replaceAll('+', '%2B'))
  return { origin, parameter: (key: string) => parameters.get(key) ?? '' }
}
