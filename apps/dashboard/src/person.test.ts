import { Username } from '@seatkeeper/core'
import { emailOf } from '@seatkeeper/core/fixture'
import { describe, expect, it } from '@jest/globals'
import { personOf } from './person.ts'

const ada = {
  email: emailOf('ada.lovelace@mail.example.org'),
  account: { id: 1, username: Username.parse('countess') },
}

describe('personOf', () => {
  it.each(['operator', 'admin'] as const)('names people to the %s', (role) => {
    expect(personOf(ada, { name: 'x', role })).toEqual({
      address: 'ada.lovelace@mail.example.org',
      account: 'countess',
    })
  })

  it('shows viewers that there is somebody', () => {
    expect(personOf(ada, { name: 'x', role: 'viewer' })).toEqual({ address: 'a…@m….org', account: 'c…' })
    expect(personOf({ ...ada, account: null }, { name: 'x', role: 'viewer' }).account).toBeNull()
  })
})
