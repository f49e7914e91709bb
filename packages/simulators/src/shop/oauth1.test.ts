import { describe, expect, it } from '@jest/globals'
import { oauthSignature } from './oauth1.ts'

const secret = `cs_${'1'.padStart(40, '0')}`
const url = 'http://127.0.0.1:8890/wp-json/wc/v3/orders'
const common = (method: string, timestamp: string, nonce: string): [string, string][] => [
  ['per_page', '1'],
  ['_fields', 'id'],
  ['oauth_consumer_key', `ck_${'1'.padStart(40, '0')}`],
  ['oauth_timestamp', timestamp],
  ['oauth_nonce', nonce],
  ['oauth_signature_method', method],
]

describe('oauthSignature', () => {
  it.each([
    ['HMAC-SHA1', 'ae8971e52637b4b43486cc766ae03d63', 'zudVnCekBEHqw5V/o0uN0GaFt2I='],
    ['HMAC-SHA256', 'bfe67b0f5fdd3764bad6348a9d08432f', 'bLxNU5QEhTDPyBDRJa+2xea34FxVq86s7T04aI5luXM='],
  ])('makes the %s signature that the real shop took', (method, nonce, signature) => {
    const parameters = common(method, '1795285423', nonce)
    expect(oauthSignature({ method: 'GET', url, parameters }, secret, method)).toBe(signature)
  })

  it('covers parameters with commas and colons as the real shop does', () => {
    const parameters: [string, string][] = [
      ['modified_after', '2026-11-21T18:23:34'],
      ['dates_are_gmt', 'true'],
      ['orderby', 'modified'],
      ['status', 'processing,completed'],
      ...common('HMAC-SHA256', '1795285424', 'bb379851f944e2bc30c988f7f85db6e1'),
    ]
    expect(oauthSignature({ method: 'GET', url, parameters }, secret, 'HMAC-SHA256')).toBe(
      'dx74+V6+ydfxGdIILocK6uUevcQEe1TnBGBFjruZovY=',
    )
  })

  it('knows no other method', () => {
    expect(oauthSignature({ method: 'GET', url, parameters: [] }, secret, 'PLAINTEXT')).toBeUndefined()
  })
})
