import type { Request, RequestHandler, Response } from 'express'
import { markupOf } from './html.ts'
import { isChange, isFromHere } from './origin.ts'
import { noticePage } from './pages/notice.ts'
import { sessionCookie } from './login/cookies.ts'
import type { Sessions } from './login/sessions.ts'
import { mayAct, nameVisitor, visitorOf, type Role } from './login/visitor.ts'

/** Refuses whatever would change something and was not asked by a page of ours: 403, with or without a session. */
export const refuseForeignChanges: RequestHandler = (request, response, next) => {
  if (isChange(request) && !isFromHere(request)) refuse(response, 403, 'This did not come from the dashboard itself.')
  else next()
}

/** Lets nobody pass without a session: a page asks to log in and comes back, all else is answered 401. */
export function requireSession(sessions: Pick<Sessions, 'visitor'>): RequestHandler {
  return async (request, response, next) => {
    const id = sessionCookie.read(request)
    const visitor = id === undefined ? undefined : await sessions.visitor(id)
    if (visitor !== undefined) {
      nameVisitor(request, visitor)
      return next()
    }
    if (isPageVisit(request)) response.redirect(303, `/login?next=${encodeURIComponent(request.originalUrl)}`)
    else refuse(response, 401, 'Log in first.')
  }
}

/** Lets nobody of a lesser role pass: 403. */
export function requireRole(least: Role): RequestHandler {
  return (request, response, next) => {
    if (mayAct(visitorOf(request), least)) next()
    else refuse(response, 403, `This needs the role ${least}.`)
  }
}

/** Beyond this point nothing can be changed, Bull Board included. */
export const refuseChanges: RequestHandler = (request, response, next) => {
  if (['GET', 'HEAD'].includes(request.method)) return next()
  response.set('Allow', 'GET, HEAD')
  refuse(response, 405, 'Nothing can be changed here.')
}

/** Answers in a page or in a line, whichever was asked for. */
export function refuse(response: Response, status: number, text: string): void {
  response.status(status)
  if (isPageVisit(response.req)) response.type('html').send(markupOf(noticePage(titles.get(status) ?? 'Refused', text)))
  else response.type('text/plain').send(`${text}\n`)
}

const titles: ReadonlyMap<number, string> = new Map([
  [404, 'Not found'],
  [500, 'Something went wrong'],
  [503, 'Redis does not answer'],
])

function isPageVisit(request: Request): boolean {
  return request.method === 'GET' && (request.get('accept') ?? '').includes('text/html')
}
