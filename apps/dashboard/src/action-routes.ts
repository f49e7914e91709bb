import {
  CourseMode,
  type Agenda,
  type DeadFilter,
  type DeadItems,
  type LanePauses,
  type Ledger,
  type OperatorLog,
  type WakeUp,
} from '@seatkeeper/core'
import { discard, retryOrder, type RetryOrderParts } from '@seatkeeper/fulfilment'
import { Router, type Request, type RequestHandler, type Response } from 'express'
import { fieldsOf, readDeadFilter } from './dead-filter.ts'
import { fieldOf, readForm } from './forms.ts'
import { refuse, requireRole } from './guard.ts'
import { isItemId } from './item-id.ts'
import { readItemView, type ItemLedger } from './item-view.ts'
import { visitorOf } from './login/visitor.ts'
import { deadDecisionPage } from './pages/dead-decision.ts'
import { decidePage } from './pages/decide.ts'
import type { ReplayRuns } from './replay-runs.ts'
import { send } from './send.ts'

/** What actions ask of the ledger. No shop and no LMS is called from here: facts change, and workers do the rest. */
export type ActionsLedger = ItemLedger &
  Pick<Agenda, 'lanes'> &
  Pick<DeadItems, 'dead' | 'discard'> &
  Pick<OperatorLog, 'recordAction'> &
  Pick<LanePauses, 'pauseLane' | 'resumeLane'> &
  Pick<Ledger, 'setOperatorClaim'> &
  RetryOrderParts['ledger']

export interface ActionsParts {
  readonly ledger: ActionsLedger
  readonly runs: Pick<ReplayRuns, 'start'>
  readonly wake: (wakeUps: readonly WakeUp[]) => Promise<void>
}

/** Everything that can be changed from here, each with the role it needs; all of it stands in the operator log. */
export function createActions(parts: ActionsParts): Router {
  const router = Router()
  const operator = requireRole('operator')
  const admin = requireRole('admin')
  for (const kind of ['replay', 'discard'] as const)
    router.get(`/dead-letters/${kind}`, operator, previewDead(parts, kind))
  router.post('/dead-letters/replay', operator, readForm, replayDead(parts))
  router.post('/dead-letters/discard', operator, readForm, discardDead(parts))
  router.post('/lanes/:lane', operator, readForm, decideLane(parts))
  router.post('/items/:id/read', operator, readAgain(parts))
  router.get('/items/:id/decide', admin, previewSeat(parts))
  router.post('/items/:id/decide', admin, readForm, decideSeat(parts))
  return router
}

function previewDead({ ledger }: ActionsParts, kind: 'replay' | 'discard'): RequestHandler {
  return async (request, response) => {
    const filter = readDeadFilter(request)
    if (filter === undefined) return refuse(response, 400, 'There are no dead letters of that kind.')
    send(response, deadDecisionPage(visitorOf(request), { kind, filter, dead: await ledger.dead(filter) }))
  }
}

function replayDead({ runs }: ActionsParts): RequestHandler {
  return async (request, response) => {
    const filter = chosen(request)
    if (filter === undefined) return refuse(response, 400, 'Say which dead letters to replay.')
    await runs.start(filter, visitorOf(request).name)
    response.redirect(303, placeOf(filter))
  }
}

function discardDead({ ledger }: ActionsParts): RequestHandler {
  return async (request, response) => {
    const [filter, reason] = [chosen(request), fieldOf(request, 'reason')]
    if (filter === undefined) return refuse(response, 400, 'Say which dead letters to give up.')
    if (reason === '') return refuse(response, 400, 'Say why, for the record.')
    await discard({ agenda: ledger })({ filter, by: visitorOf(request).name, reason })
    response.redirect(303, placeOf(filter))
  }
}

/** Which dead letters a form means. All of them must be said in so many words. */
function chosen(request: Request): DeadFilter | undefined {
  const filter = readDeadFilter(request)
  const isAll = filter !== undefined && fieldsOf(filter).length === 0
  return isAll && fieldOf(request, 'all') !== 'yes' ? undefined : filter
}

function placeOf({ items }: DeadFilter): string {
  const [item] = items ?? []
  return item === undefined ? '/dead-letters' : `/items/${item}`
}

function decideLane({ ledger }: ActionsParts): RequestHandler<{ readonly lane: string }> {
  return async (request, response) => {
    const { lane } = request.params
    const [what, reason] = [fieldOf(request, 'what'), fieldOf(request, 'reason')]
    if (!(await ledger.lanes()).includes(lane)) return refuse(response, 404, 'There is no lane of this name.')
    if (reason === '' || (what !== 'pause' && what !== 'resume')) return refuse(response, 400, 'Say what, and why.')
    const decision = { lane, by: visitorOf(request).name, reason }
    await (what === 'pause' ? ledger.pauseLane(decision) : ledger.resumeLane(decision))
    response.redirect(303, `/lanes/${lane}`)
  }
}

/** An order that no news told of is not here to be read: its store might be served by nobody. */
function readAgain({ ledger, wake }: ActionsParts): RequestHandler<{ readonly id: string }> {
  return async (request, response) => {
    const { id } = request.params
    const item = isItemId(id) ? (await ledger.readItem(id))?.item : undefined
    if (item?.kind !== 'order') return refuse(response, 404, 'The ledger has no order of this name.')
    const { store, order } = item
    await retryOrder({ ledger, wake })({ ref: { store, order }, by: visitorOf(request).name })
    response.redirect(303, `/items/${id}`)
  }
}

function previewSeat({ ledger }: ActionsParts): RequestHandler<{ readonly id: string }> {
  return async (request, response) => {
    const visitor = visitorOf(request)
    const view = await readItemView(ledger, request.params.id, visitor)
    if (view?.facts?.kind !== 'seat') return noSeat(response)
    send(response, decidePage(visitor, view, view.facts))
  }
}

const accessOf: ReadonlyMap<string, 'granted' | 'denied' | 'withdrawn'> = new Map([
  ['grant', 'granted'],
  ['deny', 'denied'],
  ['release', 'withdrawn'],
])

function decideSeat({ ledger, wake }: ActionsParts): RequestHandler<{ readonly id: string }> {
  return async (request, response) => {
    const visitor = visitorOf(request)
    const view = await readItemView(ledger, request.params.id, visitor)
    if (view?.facts?.kind !== 'seat') return noSeat(response)
    const [access, reason] = [accessOf.get(fieldOf(request, 'what')), fieldOf(request, 'reason')]
    const mode = CourseMode.safeParse(fieldOf(request, 'mode'))
    if (access === undefined || reason === '' || !mode.success) return refuse(response, 400, 'Say what, and why.')
    const { seat, lms, course } = view.facts
    const item = { lms, course, mode: mode.data }
    const decided = await ledger.setOperatorClaim({ access, item, seat, learner: null, by: visitor.name, reason })
    await wake(decided.wakeUps)
    response.redirect(303, `/items/${view.id}`)
  }
}

function noSeat(response: Response): void {
  refuse(response, 404, 'The ledger has no seat of this name.')
}
