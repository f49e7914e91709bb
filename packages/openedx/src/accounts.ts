import { EmailAddress, Username, type Account } from '@seatkeeper/core'
import { z } from 'zod'
import { mismatch, readForm } from './answer-form.ts'
import type { Api } from './api.ts'

const Accounts = z.array(z.object({ id: z.int().positive(), username: Username, email: EmailAddress }))

/** Nobody's, for ever: a question about it depends on no learner. @see RFC 2606, 2 */
const nobody = EmailAddress.parse('nobody@seatkeeper.invalid')

/**
 * The account of an address. A retired account counts as none.
 *
 * The answer is believed only for the address asked about: a release that does not know the parameter would name the
 * caller's own account.
 *
 * @see edx-platform, `openedx/core/djangoapps/user_api/accounts/views.py`, `AccountViewSet.list`
 */
export async function findAccount(api: Api, email: EmailAddress, signal: AbortSignal): Promise<Account | undefined> {
  const path = `/api/user/v1/accounts?${new URLSearchParams({ email }).toString()}`
  const json = await api({ endpoint: 'findAccount', method: 'GET', path }, signal)
  if (json === undefined) return undefined
  const accounts = readForm(Accounts, json)
  if (accounts.length === 0) return undefined
  const account = accounts.find((each) => each.email === email)
  if (account === undefined) throw mismatch(['email'])
  return { id: account.id, username: account.username }
}

/** Asks for nobody's account: that takes a token and staff status, and the LMS does not count the call. */
export async function probe(api: Api, signal: AbortSignal): Promise<void> {
  await findAccount(api, nobody, signal)
}
