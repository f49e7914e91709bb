import type { Logger } from '@seatkeeper/service'
import { Router, urlencoded, type Request, type Response } from 'express'
import { markupOf } from '../html.ts'
import { isExposed, isLoopback } from '../origin.ts'
import { loginPage } from '../pages/login.ts'
import { sessionCookie } from './cookies.ts'
import { localPath } from './local-path.ts'
import { verifyPassword } from './password.ts'
import type { Sessions } from './sessions.ts'
import type { LoginThrottle } from './throttle.ts'

export interface PasswordLoginParts {
  readonly sessions: Pick<Sessions, 'open'>
  readonly throttle: LoginThrottle
  readonly passwordHash: string
  /** Lets a password and a session cross the network in clear text. */
  readonly allowInsecureCookie: boolean
  /** Whether the login page also leads to an identity provider. */
  readonly hasSignOn: boolean
  readonly log: Logger
}

/** Who knows the one password there is. */
const administrator = { name: 'admin', role: 'admin' } as const

/** Logging in with the password of a small installation. */
export function createPasswordLogin(parts: PasswordLoginParts): Router {
  const form = urlencoded({ extended: false, limit: 4096, parameterLimit: 5 })
  return Router().post('/login', form, (request, response) => logIn(parts, request, response))
}

async function logIn(parts: PasswordLoginParts, request: Request, response: Response): Promise<void> {
  const { sessions, throttle, log, hasSignOn } = parts
  const { next, password } = readForm(request.body)
  const say = (status: number, problem: string) =>
    void response
      .status(status)
      .type('html')
      .send(markupOf(loginPage({ next, problem, ways: { password: true, signOn: hasSignOn } })))
  if (isExposed(request) && !parts.allowInsecureCookie) return say(400, wantsTls)
  const address = request.socket.remoteAddress ?? 'unknown'
  const waitMs = await throttle.guess(address)
  if (waitMs > 0) {
    log.warn('login.throttled', { address })
    response.set('Retry-After', String(Math.ceil(waitMs / 1000)))
    return say(429, `Too many guesses. Try again in ${Math.ceil(waitMs / 60_000)} minutes.`)
  }
  if (!(await verifyPassword(password, parts.passwordHash))) {
    log.warn('login.refused', { address })
    return say(401, 'That is not the password.')
  }
  await throttle.forget(address)
  const secure = !isLoopback(request) && !parts.allowInsecureCookie
  sessionCookie.set(response, await sessions.open(administrator), secure)
  log.info('login.opened', { address, ...administrator })
  response.redirect(303, next)
}

const wantsTls =
  'This page came without TLS, so your password could be read on the way. Open it by https, or through a tunnel.'

function readForm(body: unknown): { readonly next: string; readonly password: string } {
  const field = (name: string): unknown =>
    typeof body === 'object' && body !== null ? Reflect.get(body, name) : undefined
  const password = field('password')
  return { next: localPath(field('next')), password: typeof password === 'string' ? password : '' }
}
