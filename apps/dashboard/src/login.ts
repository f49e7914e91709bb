import type { Logger } from '@seatkeeper/service'
import { Router, urlencoded, type Request, type Response } from 'express'
import { markupOf } from './html.ts'
import type { LoginThrottle } from './login-throttle.ts'
import { isExposed, isLoopback } from './origin.ts'
import { loginPage } from './pages/login.ts'
import { verifyPassword } from './password.ts'
import { clearSessionCookie, sessionIdOf, setSessionCookie } from './session-cookie.ts'
import type { Sessions } from './sessions.ts'

export interface LoginParts {
  readonly sessions: Sessions
  readonly throttle: LoginThrottle
  readonly passwordHash: string
  /** Lets a password and a session cross the network in clear text. */
  readonly allowInsecureCookie: boolean
  readonly log: Logger
}

/** Logging in and out: the only two things that this app lets anybody change. */
export function createLogin(parts: LoginParts): Router {
  const router = Router()
  router.get('/login', (request, response) => say(response, 200, { next: localPath(request.query['next']) }))
  router.post('/login', urlencoded({ extended: false, limit: 4096, parameterLimit: 5 }), (request, response) =>
    logIn(parts, request, response),
  )
  router.post('/logout', (request, response) => logOut(parts, request, response))
  return router
}

async function logIn(parts: LoginParts, request: Request, response: Response): Promise<void> {
  const { sessions, throttle, log } = parts
  const { next, password } = readForm(request.body)
  if (isExposed(request) && !parts.allowInsecureCookie) return say(response, 400, { next, problem: wantsTls })
  const address = request.socket.remoteAddress ?? 'unknown'
  const waitMs = await throttle.guess(address)
  if (waitMs > 0) {
    log.warn('login.throttled', { address })
    response.set('Retry-After', String(Math.ceil(waitMs / 1000)))
    return say(response, 429, {
      next,
      problem: `Too many guesses. Try again in ${Math.ceil(waitMs / 60_000)} minutes.`,
    })
  }
  if (!(await verifyPassword(password, parts.passwordHash))) {
    log.warn('login.refused', { address })
    return say(response, 401, { next, problem: 'That is not the password.' })
  }
  await throttle.forget(address)
  setSessionCookie(response, await sessions.open(), !isLoopback(request) && !parts.allowInsecureCookie)
  log.info('login.opened', { address })
  response.redirect(303, next)
}

const wantsTls =
  'This page came without TLS, so your password could be read on the way. Open it by https, or through a tunnel.'

async function logOut({ sessions, log }: LoginParts, request: Request, response: Response): Promise<void> {
  const id = sessionIdOf(request)
  if (id !== undefined) await sessions.end(id)
  clearSessionCookie(response)
  log.info('login.ended', { address: request.socket.remoteAddress })
  response.redirect(303, '/login')
}

function readForm(body: unknown): { readonly next: string; readonly password: string } {
  const field = (name: string): unknown =>
    typeof body === 'object' && body !== null ? Reflect.get(body, name) : undefined
  const password = field('password')
  return { next: localPath(field('next')), password: typeof password === 'string' ? password : '' }
}

/** A path of ours to go on to; home for anything else, above all for what a browser may take for another host. */
function localPath(path: unknown): string {
  return typeof path === 'string' && /^\/(?![/\\])[^\s\\]*$/.test(path) ? path : '/'
}

function say(response: Response, status: number, parts: Parameters<typeof loginPage>[0]): void {
  response
    .status(status)
    .type('html')
    .send(markupOf(loginPage(parts)))
}
