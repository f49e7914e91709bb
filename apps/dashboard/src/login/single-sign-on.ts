import type { Logger } from '@seatkeeper/service'
import { Router, type Request, type Response } from 'express'
import * as oauth from 'openid-client'
import { markupOf } from '../html.ts'
import { loggedInPage, loginPage } from '../pages/login.ts'
import { nameOf, roleOf, type Claims, type RoleRules } from './claims.ts'
import { flowCookie, sessionCookie } from './cookies.ts'
import type { IdentityProvider } from './identity-provider.ts'
import { localPath } from './local-path.ts'
import type { LoginFlows } from './login-flows.ts'
import type { Sessions } from './sessions.ts'
import type { LoginThrottle } from './throttle.ts'

/** How people log in with somebody else's help. */
export interface SingleSignOn {
  readonly provider: IdentityProvider
  readonly roles: RoleRules
  /** The claim that names people in records. */
  readonly nameClaim: string
  /** Where browsers reach the dashboard: scheme and host, no path. */
  readonly publicUrl: string
}

export interface SingleSignOnParts {
  readonly signOn: SingleSignOn
  readonly sessions: Pick<Sessions, 'open'>
  readonly flows: LoginFlows
  readonly throttle: Pick<LoginThrottle, 'guess'>
  /** Whether the login page also offers a password. */
  readonly hasPassword: boolean
  readonly log: Logger
}

/** Logging in at an identity provider: `/login/start` leads there, and it leads back to `/login/callback`. */
export function createSingleSignOn(parts: SingleSignOnParts): Router {
  const router = Router()
  router.get('/login/start', (request, response) => start(parts, request, response))
  router.get('/login/callback', (request, response) => finish(parts, request, response))
  return router
}

async function start(parts: SingleSignOnParts, request: Request, response: Response): Promise<void> {
  const { signOn, flows, throttle, log } = parts
  const next = localPath(request.query['next'])
  const waitMs = await throttle.guess(`start:${request.socket.remoteAddress ?? 'unknown'}`)
  if (waitMs > 0) {
    response.set('Retry-After', String(Math.ceil(waitMs / 1000)))
    return say(parts, response, 429, 'Too many logins were begun from here. Try again in some minutes.')
  }
  try {
    const { url, ...checks } = await signOn.provider.begin(callbackOf(signOn))
    flowCookie.set(response, await flows.begin({ ...checks, next }), isSecure(signOn))
    response.redirect(303, url.href)
  } catch (error) {
    log.error('login.provider-failed', { reason: reasonOf(error) })
    say(parts, response, 503, 'The identity provider does not answer. Try again in a minute.')
  }
}

async function finish(parts: SingleSignOnParts, request: Request, response: Response): Promise<void> {
  const { signOn, sessions, flows, log } = parts
  const id = flowCookie.read(request)
  flowCookie.clear(response)
  const flow = id === undefined ? undefined : await flows.take(id)
  if (flow === undefined) return say(parts, response, 400, 'This login was begun elsewhere or is over. Begin again.')
  let claims: Claims
  try {
    const { search } = new URL(request.originalUrl, signOn.publicUrl)
    claims = await signOn.provider.finish(new URL(callbackOf(signOn) + search), flow)
  } catch (error) {
    log.warn('login.refused', { reason: reasonOf(error) })
    return say(parts, response, 401, 'The identity provider did not confirm who you are. Begin again.')
  }
  const [name, role] = [nameOf(claims, signOn.nameClaim), roleOf(claims, signOn.roles)]
  if (role === undefined) {
    log.warn('login.without-role', { name })
    return say(parts, response, 403, 'Your account has no role here. Ask whoever runs Seatkeeper for one.')
  }
  sessionCookie.set(response, await sessions.open({ name, role }), isSecure(signOn))
  log.info('login.opened', { name, role })
  // A redirect would still count as the provider's, and the strict cookie would stay behind.
  response.type('html').send(markupOf(loggedInPage(flow.next)))
}

function callbackOf({ publicUrl }: SingleSignOn): string {
  return `${publicUrl}/login/callback`
}

function isSecure({ publicUrl }: SingleSignOn): boolean {
  return publicUrl.startsWith('https:')
}

/** A code for the log. Messages may quote what the provider said, and thus name somebody. */
function reasonOf(error: unknown): string {
  if (error instanceof oauth.ResponseBodyError || error instanceof oauth.AuthorizationResponseError) return error.error
  if (error instanceof oauth.ClientError) return error.code ?? error.name
  return error instanceof Error ? error.name : 'unknown'
}

function say({ hasPassword }: SingleSignOnParts, response: Response, status: number, problem: string): void {
  const page = loginPage({ next: '/', problem, ways: { password: hasPassword, signOn: true } })
  response.status(status).type('html').send(markupOf(page))
}
