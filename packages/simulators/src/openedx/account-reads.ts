import { empty, json, readBody, type Answer, type Call } from './http.ts'
import { account, sharedAccount } from './representations.ts'
import { findByEmail, findByUsername, sameText, type LmsState, type LmsUser } from './state.ts'

/**
 * Answers an array: the account of an address, to staff only, or those found of some usernames.
 *
 * @see edx-platform, `openedx/core/djangoapps/user_api/accounts/views.py`, `AccountViewSet.list`
 */
export function findAccounts(lms: LmsState, { query }: Call, caller: LmsUser): Answer {
  const usernames = query.get('username')
  if (usernames) {
    const users = usernames.split(',').flatMap((username) => findByUsername(lms, username) ?? [])
    return users.length === 0 ? empty(404) : json(200, users.map(seenBy(caller)))
  }
  const email = query.get('email')
  if (!email) return empty(404)
  return caller.isStaff
    ? findByAddress(lms, email)
    : json(403, { detail: 'You do not have permission to perform this action.' })
}

/** Answers one account, or an empty 404. */
export function getAccount(lms: LmsState, { path }: Call, caller: LmsUser): Answer {
  const user = findByUsername(lms, path.replace('/api/user/v1/accounts/', ''))
  return user === undefined ? empty(404) : json(200, seenBy(caller)(user))
}

/** Answers those addresses that have an account; to others than staff the endpoint does not exist. */
export function searchEmails(lms: LmsState, call: Call, caller: LmsUser): Answer {
  if (!caller.isStaff) return json(404, { developer_message: 'not_found', user_message: 'Not Found' })
  const read = readBody(call)
  if ('refusal' in read) return read.refusal
  const emails = read.fields['emails']
  if (!Array.isArray(emails))
    return json(400, { developer_message: 'emails field is required', user_message: 'Bad Request' })
  const found = emails.flatMap((email) => findByEmail(lms, String(email)) ?? [])
  return json(
    200,
    found.map(({ username, email, id }) => ({ username, email, id })),
  )
}

function findByAddress(lms: LmsState, email: string): Answer {
  const user = findByEmail(lms, email)
  if (user !== undefined) return json(200, [account(user)])
  const wasRetired = lms.addresses.at(email).some((one) => one.isRetired && sameText(lms, one.email, email))
  if (!wasRetired) return empty(404)
  const message = 'This email is associated to a retired account.'
  return json(404, { error_msg: message, can_cancel_retirement: false, retirement_id: null })
}

function seenBy(caller: LmsUser): (user: LmsUser) => unknown {
  return (user) => (caller.isStaff || caller === user ? account(user) : sharedAccount(user))
}
