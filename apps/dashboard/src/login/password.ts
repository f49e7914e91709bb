import { randomBytes, scrypt, timingSafeEqual, type ScryptOptions } from 'node:crypto'
import { StartError } from '@seatkeeper/service'
import { z } from 'zod'

const shortest = 12
const fewestDifferent = 5
const obvious = ['password', 'passwort', 'seatkeeper', 'changeme', 'letmein', 'administrator', 'qwerty', '123456']

/** About a fifth of a second and 32 MB for each guess. */
const costs = { N: 32_768, r: 8, p: 3 }
const keyBytes = 32
const mostMemory = 256 * 1024 * 1024

/** A hash as `hashPassword` writes it. Its parts are parted by colons: compose files and shells leave those alone. */
export const PasswordHash = z
  .string()
  .regex(
    /^scrypt:\d{5,7}:\d{1,2}:\d{1,2}:[\w-]{22}:[\w-]{43}$/,
    'must be what the dashboard’s hash-password command printed',
  )

/**
 * The text to configure for a password: `scrypt:N:r:p:salt:key`.
 *
 * @throws StartError for a password of fewer than 12 characters and for those that everybody tries first.
 */
export async function hashPassword(password: string): Promise<string> {
  const objection = objectionTo(password)
  if (objection !== undefined) throw new StartError(objection)
  const salt = randomBytes(16)
  const key = await derive(password, salt, costs)
  return ['scrypt', costs.N, costs.r, costs.p, salt.toString('base64url'), key.toString('base64url')].join(':')
}

/** Whether this is the password behind a hash; takes as long for a wrong one, and says no to a hash it cannot read. */
export async function verifyPassword(password: string, hash: string): Promise<boolean> {
  if (!PasswordHash.safeParse(hash).success) return false
  const [, N, r, p, salt = '', key = ''] = hash.split(':')
  const derived = await derive(password, Buffer.from(salt, 'base64url'), { N: Number(N), r: Number(r), p: Number(p) })
  return timingSafeEqual(derived, Buffer.from(key, 'base64url'))
}

function objectionTo(password: string): string | undefined {
  const plain = password.toLowerCase().replace(/[^a-z0-9]/g, '')
  if (password.length < shortest) return `The password is too short; use at least ${shortest} characters.`
  if (new Set(password).size < fewestDifferent) return 'The password repeats itself; use more different characters.'
  if (obvious.some((word) => plain.includes(word)))
    return 'The password contains a word that everybody tries first; use another.'
  return undefined
}

function derive(password: string, salt: Buffer, options: ScryptOptions): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
  scrypt(password.normalize('NFKC'), salt, keyBytes, { ...options, maxmem: mostMemory }, (error, key) =>
    error === null ? resolve(key) : reject(error),
  )
  return promise
}
