import { createHmac } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import * as fc from 'fast-check'
import { deliveries, delivery, oddSecret, secretOf } from './recordings.fixture.ts'
import { isAuthentic } from './webhook-signature.ts'

const signed = deliveries.filter(({ headers }) => 'x-wc-webhook-signature' in headers)
const body = Buffer.from('{"id":60}')
const digest = hmac('right')
const signature = digest.toString('base64')

describe('isAuthentic', () => {
  it('has 220 recorded deliveries to hold against', () => {
    expect(signed).toHaveLength(220)
  })

  it.each(signed)('accepts the recorded delivery $name', (recorded) => {
    const header = recorded.headers['x-wc-webhook-signature']
    expect(isAuthentic(recorded.body, header, ['another', secretOf(recorded)])).toBe(true)
    expect(isAuthentic(recorded.body, header, ['another', 'whsec-of-no-webhook'])).toBe(false)
  })

  it.each([
    ['no header', undefined],
    ['an empty header', ''],
    ['no base64', '*'.repeat(44)],
    ['31 bytes', digest.subarray(1).toString('base64')],
    ['33 bytes', Buffer.concat([digest, Buffer.of(1)]).toString('base64')],
    ['a hexadecimal digest', digest.toString('hex')],
    ['two headers', [signature, signature]],
    ['no value in a list', []],
    ['two headers joined by Node', `${signature}, ${signature}`],
    ['base64 without padding', signature.slice(0, -1)],
    ['base64url', digest.toString('base64url')],
    ['stray bits in the last character', strayBits(signature)],
    ['space around it', ` ${signature}`],
  ])('refuses %s', (_, header) => {
    expect(isAuthentic(body, header, ['right'])).toBe(false)
  })

  it('accepts one value in a list', () => {
    expect(isAuthentic(body, [signature], ['right'])).toBe(true)
  })

  it('refuses JSON that was parsed and written again', () => {
    const recorded = delivery('21-non-ascii/01')
    const written = Buffer.from(JSON.stringify(JSON.parse(recorded.body.toString())))
    expect(isAuthentic(written, recorded.headers['x-wc-webhook-signature'], [secretOf(recorded)])).toBe(false)
  })

  it('refuses a body with one flipped bit', () => {
    fc.assert(
      fc.property(fc.nat(body.length - 1), fc.nat(7), (at, bit) => {
        const flipped = Buffer.from(body)
        flipped.writeUInt8(flipped.readUInt8(at) ^ (1 << bit), at)
        expect(isAuthentic(flipped, signature, ['right'])).toBe(false)
      }),
    )
  })

  it('accepts the old and the new secret during a rotation, and the old no more after it', () => {
    expect(isAuthentic(body, signature, ['new', 'right'])).toBe(true)
    expect(isAuthentic(body, signature, ['right', 'new'])).toBe(true)
    expect(isAuthentic(body, signature, ['new'])).toBe(false)
  })

  it('lets an empty secret, or none, sign nothing', () => {
    const unkeyed = hmac('').toString('base64')
    expect(isAuthentic(body, unkeyed, [''])).toBe(false)
    expect(isAuthentic(body, unkeyed, [])).toBe(false)
  })

  it.each([
    ['whsec &amp; &lt;odd&gt; &quot;chars&quot; &#039;q&#039; ü', oddSecret],
    ['a&#39;b&#x27;c&#0034;d&#x3C;e', `a'b'c"d<e`],
    ['a&amp;lt;b', 'a&lt;b'],
    ['a&AMP;b', 'a&AMP;b'],
    ['a&nbsp;b', 'a&nbsp;b'],
  ])('takes the configured secret %s for %s, as WordPress does', (configured, used) => {
    expect(isAuthentic(body, hmac(used).toString('base64'), [configured])).toBe(true)
  })

  it('throws for no header, body or secret', () => {
    const header = fc.oneof(fc.string(), fc.base64String(), fc.array(fc.string()), fc.constant(undefined))
    fc.assert(
      fc.property(fc.uint8Array(), header, fc.array(fc.string({ unit: 'binary' })), (bytes, value, secrets) => {
        expect(isAuthentic(Buffer.from(bytes), value, secrets)).toBe(false)
      }),
      { numRuns: 2000 },
    )
  })
})

function hmac(secret: string): Buffer {
  return createHmac('sha256', secret).update(body).digest()
}

/** The same 32 bytes for a lenient reader: the two spare bits of the last character are set. */
function strayBits(base64: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
  return `${base64.slice(0, 42)}${alphabet[alphabet.indexOf(base64.charAt(42)) + 1]}=`
}
