import { afterEach } from '@jest/globals'
import { demoCourseKeys, startLmsSimulator, type LmsOptions, type LmsSimulator } from './simulator.ts'

/** An answer, read. `body` is the parsed JSON, or the text where it is none. */
export interface Heard {
  readonly status: number
  readonly headers: Headers
  readonly body: unknown
}

/** A simulator with the demo courses, a service user, a learner, and a clock that stands still. */
export interface TestSite {
  readonly lms: LmsSimulator
  readonly clock: { nowMs: number }
  /** Asks with the service user's JWT, or as the extra headers say; never follows redirects. */
  readonly ask: (
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<Heard>
  /** POSTs an enrolment of alice in the audit-and-verified course, except for what is said. */
  readonly enrol: (fields: Readonly<Record<string, unknown>>) => Promise<Heard>
}

export const clientId = 'seatkeeper'
export const clientSecret = 'a secret:with & odd+signs'
export const verified = demoCourseKeys.auditAndVerified

const running: LmsSimulator[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map((lms) => lms.stop()))
})

/** Started for one test; stopped after it. */
export async function startSite(options: LmsOptions = {}): Promise<TestSite> {
  const clock = { nowMs: Date.UTC(2026, 10, 21, 18) }
  const lms = await startLmsSimulator({ seedDemo: true, nowMs: () => clock.nowMs, ...options })
  running.push(lms)
  lms.addUser({ username: 'service', email: 'service@example.org', isStaff: true })
  lms.addUser({ username: 'Alice', email: 'alice@example.org' })
  lms.addOAuthApp({ clientId, clientSecret, username: 'service' })
  let token: string | undefined
  const ask: TestSite['ask'] = async (method, path, body, headers) => {
    token ??= headers === undefined ? await fetchJwt(lms.url) : undefined
    return hear(lms.url + path, {
      method,
      redirect: 'manual',
      headers: { 'content-type': 'application/json', ...(headers ?? { authorization: `JWT ${token}` }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
  }
  const enrol: TestSite['enrol'] = ({ course = verified, ...fields }) =>
    ask('POST', '/api/enrollment/v1/enrollment', { user: 'alice', course_details: { course_id: course }, ...fields })
  return { lms, clock, ask, enrol }
}

/** Asks for a token; form fields over the usual ones, undefined leaves one out. */
export function requestToken(
  url: string,
  fields: Readonly<Record<string, string | undefined>> = {},
  headers: Readonly<Record<string, string>> = {},
): Promise<Heard> {
  const usual = {
    grant_type: 'client_credentials',
    token_type: 'jwt',
    client_id: clientId,
    client_secret: clientSecret,
  }
  const form = new URLSearchParams()
  for (const [name, value] of Object.entries({ ...usual, ...fields })) if (value !== undefined) form.set(name, value)
  return hear(`${url}/oauth2/access_token`, { method: 'POST', headers, body: form })
}

export async function fetchJwt(url: string): Promise<string> {
  const { body } = await requestToken(url)
  return String(Reflect.get(Object(body), 'access_token'))
}

async function hear(url: string, request: RequestInit): Promise<Heard> {
  const response = await fetch(url, request)
  const text = await response.text()
  const isJson = response.headers.get('content-type') === 'application/json'
  return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text }
}
