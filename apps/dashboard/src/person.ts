import type { Seat } from '@seatkeeper/core'
import { mayAct, type Visitor } from './login/visitor.ts'

/** Who learns, as far as whoever looks may know. */
export interface Person {
  readonly address: string
  /** The name at the LMS; null until the account is known. */
  readonly account: string | null
}

/** Operators see who it is; viewers see that it is somebody, and can tell a typing error from another person. */
export function personOf({ email, account }: Pick<Seat, 'email' | 'account'>, visitor: Visitor): Person {
  const username = account?.username ?? null
  if (mayAct(visitor, 'operator')) return { address: email, account: username }
  return { address: maskedAddress(email), account: username === null ? null : masked(username) }
}

/** `ada@example.org` becomes `a…@e….org`. */
function maskedAddress(address: string): string {
  const [local = '', host = ''] = address.split('@')
  return `${masked(local)}@${masked(host)}${host.slice(host.lastIndexOf('.'))}`
}

function masked(text: string): string {
  return `${text.slice(0, 1)}…`
}
