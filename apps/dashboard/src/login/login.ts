import type { Logger } from '@seatkeeper/service'
import { Router, type Request, type Response } from 'express'
import { markupOf } from '../html.ts'
import { loginPage } from '../pages/login.ts'
import { sessionCookie } from './cookies.ts'
import { localPath } from './local-path.ts'
import type { LoginFlows } from './login-flows.ts'
import { createPasswordLogin } from './password-login.ts'
import type { Sessions } from './sessions.ts'
import { createSingleSignOn, type SingleSignOn } from './single-sign-on.ts'
import type { LoginThrottle } from './throttle.ts'

export interface LoginParts {
  readonly sessions: Sessions
  readonly flows: LoginFlows
  readonly guesses: LoginThrottle
  readonly beginnings: LoginThrottle
  /** Either of these two, or both. */
  readonly passwordHash: string | undefined
  readonly signOn: SingleSignOn | undefined
  readonly allowInsecureCookie: boolean
  readonly log: Logger
}

/** Logging in and out: all that this app lets anybody do without a session. */
export function createLogin(parts: LoginParts): Router {
  const { passwordHash, signOn, guesses, beginnings } = parts
  const ways = { password: passwordHash !== undefined, signOn: signOn !== undefined }
  const router = Router()
  router.get('/login', (request, response) => {
    response.type('html').send(markupOf(loginPage({ next: localPath(request.query['next']), ways })))
  })
  if (passwordHash !== undefined)
    router.use(createPasswordLogin({ ...parts, passwordHash, throttle: guesses, hasSignOn: ways.signOn }))
  if (signOn !== undefined)
    router.use(createSingleSignOn({ ...parts, signOn, throttle: beginnings, hasPassword: ways.password }))
  router.post('/logout', (request, response) => logOut(parts, request, response))
  return router
}

async function logOut({ sessions, log }: LoginParts, request: Request, response: Response): Promise<void> {
  const id = sessionCookie.read(request)
  if (id !== undefined) await sessions.end(id)
  sessionCookie.clear(response)
  log.info('login.ended', { address: request.socket.remoteAddress })
  response.redirect(303, '/login')
}
