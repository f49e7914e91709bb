import { describe, expect, it } from '@jest/globals'
import { isPing } from './ping.ts'
import { deliveries } from './recordings.fixture.ts'

const form = 'application/x-www-form-urlencoded'

describe('isPing', () => {
  it.each(deliveries)('tells whether the recorded $name is one', ({ body, headers }) => {
    expect(isPing(body, headers['content-type'])).toBe(!('x-wc-webhook-topic' in headers))
  })

  it.each([
    ['webhook_id=13', form, true],
    ['webhook_id=13', `${form.toUpperCase()}; charset=UTF-8`, true],
    ['webhook_id=13&more=1', form, true],
    ['webhook_id=13', 'application/json', false],
    ['webhook_id=13', undefined, false],
    ['webhook_id=', form, false],
    ['webhook_id=13x', form, false],
    ['a=1&webhook_id=13', form, false],
    ['{"id":1}', form, false],
    ['', form, false],
  ])('reads %s as %s: %s', (body, contentType, expected) => {
    expect(isPing(Buffer.from(body), contentType)).toBe(expected)
  })
})
