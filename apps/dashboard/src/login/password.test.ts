import { describe, expect, it } from '@jest/globals'
import { hashPassword, PasswordHash, verifyPassword } from './password.ts'

const passphrase = 'seventeen quiet otters'

describe('hashPassword', () => {
  it.each([
    ['eleven long', 'too short'],
    ['aaaaaaaaaaaaaaaa', 'repeats itself'],
    ['password-2026-x', 'everybody tries'],
    ['My P.a.s.s.word!', 'everybody tries'],
    ['SeatKeeper-9000', 'everybody tries'],
    ['changeme-please', 'everybody tries'],
  ])('refuses %p', async (password, reason) => {
    await expect(hashPassword(password)).rejects.toThrow(reason)
  })

  it('gives another text each time, which never holds the password', async () => {
    const [one, other] = await Promise.all([hashPassword(passphrase), hashPassword(passphrase)])
    expect(one).not.toBe(other)
    expect(one).not.toContain('otters')
    expect(PasswordHash.parse(one)).toBe(one)
  })
})

describe('verifyPassword', () => {
  it('takes the password and no other', async () => {
    const hash = await hashPassword(passphrase)
    expect(await verifyPassword(passphrase, hash)).toBe(true)
    expect(await verifyPassword(`${passphrase} `, hash)).toBe(false)
    expect(await verifyPassword('', hash)).toBe(false)
  })

  it('takes the same letters however the keyboard composed them', async () => {
    const hash = await hashPassword('caf\u00e9 at the corner')
    expect(await verifyPassword('cafe\u0301 at the corner', hash)).toBe(true)
  })

  it.each(['', 'otters', 'scrypt:1:1:1::', `scrypt:32768:8:3:${'A'.repeat(22)}:short`])(
    'says no to the unreadable hash %p',
    async (hash) => {
      expect(await verifyPassword(passphrase, hash)).toBe(false)
    },
  )
})
