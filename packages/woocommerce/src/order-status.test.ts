import { describe, expect, it } from '@jest/globals'
import { accessOf, StatusMap } from './order-status.ts'

describe('accessOf', () => {
  it.each([
    ['processing', 'granted'],
    ['completed', 'granted'],
    ['refunded', 'withdrawn'],
    ['cancelled', 'withdrawn'],
    ['failed', 'withdrawn'],
    ['trash', 'withdrawn'],
    ['pending', 'undecided'],
    ['on-hold', 'undecided'],
    ['checkout-draft', 'undecided'],
    ['a-plugins-own', 'undecided'],
  ])('makes %s %s unless configured', (status, access) => {
    expect(accessOf(status, StatusMap.parse({}))).toBe(access)
  })

  it('follows the configuration, written with or without the database’s prefix', () => {
    const statuses = StatusMap.parse({ grant: ['wc-paid-later'], withdraw: ['processing'] })
    expect(accessOf('paid-later', statuses)).toBe('granted')
    expect(accessOf('processing', statuses)).toBe('withdrawn')
    expect(accessOf('refunded', statuses)).toBe('undecided')
  })
})

describe('StatusMap', () => {
  it('refuses a status that would both grant and withdraw', () => {
    expect(StatusMap.safeParse({ grant: ['failed'] }).success).toBe(false)
  })
})
