import type { Logger, RedisClient } from '@seatkeeper/service'
import express, { type ErrorRequestHandler, type Express } from 'express'
import { createActions, type ActionsParts } from './action-routes.ts'
import { createBoard } from './bull-board.ts'
import { createGrants, type GrantParts } from './grant-routes.ts'
import { refuse, refuseChanges, refuseForeignChanges, requireSession } from './guard.ts'
import { ownHeaders } from './headers.ts'
import type { LaneQueues } from './lane-queues.ts'
import { createLogin, type LoginParts } from './login/login.ts'
import { logoSvg, stylesheet } from './pages/assets.ts'
import { createPages, type PagesParts } from './page-routes.ts'

export interface AppParts extends LoginParts {
  readonly redis: Pick<RedisClient, 'status'>
  readonly ledger: ConsoleLedger
  readonly queues: Pick<LaneQueues, 'all'>
  readonly runs: PagesParts['runs'] & ActionsParts['runs']
  readonly wake: ActionsParts['wake']
}

/** What the whole console asks of the ledger. */
export type ConsoleLedger = PagesParts['ledger'] & ActionsParts['ledger'] & GrantParts['ledger']

/** Everything in the order in which a request meets it. Whatever stands below `requireSession` needs a session. */
export function createApp(parts: AppParts): Express {
  const app = express()
  app.disable('x-powered-by').disable('etag').set('trust proxy', false).set('query parser', 'simple')
  app.use(...ownHeaders(), refuseForeignChanges)
  app.get('/assets/dashboard.css', (_, response) => void response.type('css').send(stylesheet))
  app.get('/assets/logo.svg', (_, response) => void response.type('svg').send(logoSvg))
  app.use(createLogin(parts))
  app.use(requireSession(parts.sessions))
  app.use(createPages(parts), createActions(parts), createGrants(parts))
  app.use(refuseChanges)
  app.use('/queues', createBoard(parts.queues))
  app.use((_, response) => refuse(response, 404, 'There is nothing here.'))
  app.use(answerError(parts))
  return app
}

/** Says what an operator can do, and the rest to the log. */
function answerError({
  redis,
  log,
}: {
  readonly redis: Pick<RedisClient, 'status'>
  readonly log: Logger
}): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    if (response.headersSent) return next(error)
    const status = statusOf(error)
    if (status < 500) return refuse(response, status, 'This request cannot be read.')
    log.error('page.failed', { path: request.path, error })
    if (redis.status === 'ready') refuse(response, 500, 'The log says more, at page.failed.')
    else refuse(response, 503, 'Pages come back by themselves when Redis does.')
  }
}

/** Express' own errors say what was wrong with a request. */
function statusOf(error: unknown): number {
  const status: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, 'status') : undefined
  return typeof status === 'number' && status >= 400 && status < 500 ? status : 500
}
