import { findAccounts, getAccount, searchEmails } from './account-reads.ts'
import { admit, type Access } from './admission.ts'
import { getCourse, listCourses } from './course-reads.ts'
import { postEnrolment } from './enrolment-post.ts'
import { getEnrolment, listEnrolments, listEnrolmentsOfUser, rowPath } from './enrolment-reads.ts'
import { json, moved, page, type Answer, type Call } from './http.ts'
import { invite, listInvitations, uninvite } from './invitation-routes.ts'
import type { LmsState, LmsUser } from './state.ts'
import type { Throttle } from './throttle.ts'
import { issueToken } from './token.ts'

/** What faults and the journal call a route; `unknown` is every address that is none. */
export type LmsRoute =
  | 'token'
  | 'enrollment-post'
  | 'enrollment-get'
  | 'enrollment-list'
  | 'accounts'
  | 'allowed'
  | 'course'
  | 'course-list'
  | 'unknown'

/** An answer, and the service user it was given to. */
export interface Served {
  readonly answer: Answer
  readonly username: string | undefined
}

type Handler =
  | { readonly open: (lms: LmsState, call: Call, throttle: Throttle) => Answer }
  | { readonly access: Access; readonly handle: (lms: LmsState, call: Call, caller: LmsUser) => Answer }

type Route = { readonly name: LmsRoute; readonly method: string; readonly path: RegExp } & Handler

const enrollment: Access = { takesBearer: true, staffOnly: false, limit: 'enrollment', complaint: 'detail' }
const allowed: Access = { ...enrollment, takesBearer: false, staffOnly: true }
const paged: Access = { ...enrollment, staffOnly: true, complaint: 'developer_message' }
const accounts: Access = { ...enrollment, limit: 'none' }
const courseList: Access = { ...enrollment, limit: 'course-list', complaint: 'developer_message' }

const v1 = '/api/enrollment/v1'
const allowedPath = exactly(`${v1}/enrollment_allowed/`)

/** Everything the simulated LMS serves. What is off by default, such as bulk enrolment, is not there: a 404 page. */
const routes: readonly Route[] = [
  { name: 'token', method: 'POST', path: /^\/oauth2\/access_token\/?$/, open: tokenWithinRate },
  {
    name: 'enrollment-post',
    method: 'POST',
    path: exactly(`${v1}/enrollment`),
    access: enrollment,
    handle: postEnrolment,
  },
  {
    name: 'enrollment-list',
    method: 'GET',
    path: exactly(`${v1}/enrollment`),
    access: enrollment,
    handle: listEnrolmentsOfUser,
  },
  { name: 'enrollment-get', method: 'GET', path: rowPath, access: enrollment, handle: getEnrolment },
  {
    name: 'enrollment-list',
    method: 'GET',
    path: /^\/api\/enrollment\/v1\/enrollments\/?$/,
    access: paged,
    handle: listEnrolments,
  },
  { name: 'course', method: 'GET', path: /^\/api\/enrollment\/v1\/course\/[^/]+$/, open: getCourse },
  { name: 'allowed', method: 'GET', path: allowedPath, access: allowed, handle: listInvitations },
  { name: 'allowed', method: 'POST', path: allowedPath, access: allowed, handle: invite },
  { name: 'allowed', method: 'DELETE', path: allowedPath, access: allowed, handle: uninvite },
  { name: 'accounts', method: 'GET', path: exactly('/api/user/v1/accounts'), access: accounts, handle: findAccounts },
  {
    name: 'accounts',
    method: 'POST',
    path: exactly('/api/user/v1/accounts/search_emails'),
    access: accounts,
    handle: searchEmails,
  },
  {
    name: 'accounts',
    method: 'GET',
    path: /^\/api\/user\/v1\/accounts\/[\w.@+-]+$/,
    access: accounts,
    handle: getAccount,
  },
  {
    name: 'course-list',
    method: 'GET',
    path: exactly('/api/courses/v1/courses/'),
    access: courseList,
    handle: listCourses,
  },
]

/** The name of what a call is for, whether or not its method fits. */
export function routeOf(lms: LmsState, call: Call): LmsRoute {
  const here = routesAt(lms, call.path)
  return (here.find(({ method }) => method === call.method) ?? here[0])?.name ?? 'unknown'
}

/** Answers a call, and changes the site as the call demands. */
export function serve(lms: LmsState, throttle: Throttle, call: Call): Served {
  const here = routesAt(lms, call.path)
  const route = here.find(({ method }) => method === call.method)
  if (route === undefined)
    return { answer: here.length > 0 ? wrongMethod(call) : notFound(lms, call), username: undefined }
  if ('open' in route) return { answer: route.open(lms, call, throttle), username: undefined }
  const caller = admit(lms, throttle, call, route.access)
  if (!('username' in caller)) return { answer: caller, username: undefined }
  return { answer: route.handle(lms, call, caller), username: caller.username }
}

function routesAt({ settings }: LmsState, path: string): readonly Route[] {
  return routes.filter((route) => route.path.test(path) && (route.name !== 'allowed' || settings.profile !== 'pre2023'))
}

/** Over its rate the token endpoint answers with a page that names no wait. */
function tokenWithinRate(lms: LmsState, call: Call, throttle: Throttle): Answer {
  const { admitted } = throttle.fixedMinute(`token_${call.address}`, lms.settings.tokenCallsPerMinute)
  return admitted ? issueToken(lms, call) : page(429)
}

function wrongMethod({ method }: Call): Answer {
  return json(405, { detail: `Method "${method}" not allowed.` })
}

/** Addresses that end in a slash redirect those who forgot it, whatever the method. */
function notFound(lms: LmsState, { path, query }: Call): Answer {
  const withSlash = `${path}/`
  const search = query.size > 0 ? `?${query.toString()}` : ''
  return routesAt(lms, withSlash).length > 0 ? moved(`${lms.url}${withSlash}${search}`) : page(404)
}

function exactly(path: string): RegExp {
  return new RegExp(`^${path}$`)
}
