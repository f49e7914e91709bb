import { CourseKey, LmsId, SeatId, type Agenda, type DeadItems, type OperatorLog } from '@seatkeeper/core'
import type { Search } from '@seatkeeper/ledger'
import { Router, type RequestHandler } from 'express'
import { readDeadFilter } from './dead-filter.ts'
import { fieldOf, readForm } from './forms.ts'
import { refuse } from './guard.ts'
import { readItemView, readSeatCards, type ItemLedger } from './item-view.ts'
import { visitorOf, type Visitor } from './login/visitor.ts'
import { readLane, readOverview, type OverviewParts } from './overview.ts'
import { deadLettersPage } from './pages/dead-letters.ts'
import { homePage } from './pages/home.ts'
import { itemPage } from './pages/item.ts'
import { lanePage } from './pages/lane.ts'
import { openSeatsPage } from './pages/open-seats.ts'
import { recordPage } from './pages/record.ts'
import { searchPage } from './pages/search.ts'
import type { ReplayRuns } from './replay-runs.ts'
import { find, findInCourse, type Finding, type SearchLedger } from './search.ts'
import { send } from './send.ts'

/** What our pages ask of the ledger: to be read. */
export type PagesLedger = ItemLedger &
  SearchLedger &
  OverviewParts['ledger'] &
  Pick<Agenda, 'lanes'> &
  Pick<DeadItems, 'dead'> &
  Pick<OperatorLog, 'operatorActions'> &
  Pick<Search, 'openOrders'>

export interface PagesParts extends OverviewParts {
  readonly ledger: PagesLedger
  readonly runs: Pick<ReplayRuns, 'recent'>
}

/** Our own pages; none of them changes anything. */
export function createPages(parts: PagesParts): Router {
  const { ledger, runs } = parts
  const router = Router()
  router.get('/', async (request, response) => send(response, homePage(visitorOf(request), await readOverview(parts))))
  router.get('/dead-letters', async (request, response) => {
    const filter = readDeadFilter(request)
    if (filter === undefined) return refuse(response, 400, 'There are no dead letters of that kind.')
    const dead = await ledger.dead(filter)
    send(response, deadLettersPage(visitorOf(request), { filter, dead, runs: runs.recent() }))
  })
  router.get('/items/:id', async (request, response) => {
    const visitor = visitorOf(request)
    const view = await readItemView(ledger, request.params.id, visitor)
    if (view === undefined) refuse(response, 404, 'The ledger has no item of this name.')
    else send(response, itemPage(visitor, view))
  })
  router.get('/lanes/:lane', async (request, response) => {
    const view = await readLane(parts, request.params.lane)
    if (view === undefined) refuse(response, 404, 'There is no lane of this name.')
    else send(response, lanePage(visitorOf(request), view))
  })
  router.get('/record', async (request, response) => {
    const actions = await ledger.operatorActions({ sinceMs: 0, limit: mostActions })
    send(response, recordPage(visitorOf(request), actions))
  })
  router.get('/open-seats', async (request, response) => {
    const [orders, count] = await Promise.all([ledger.openOrders(mostOpen), ledger.countOpenOrders()])
    send(response, openSeatsPage(visitorOf(request), orders, count))
  })
  router.get('/courses/:lms/:course', showCourse(ledger))
  router.post('/search', readForm, search(ledger))
  return router
}

const mostActions = 200
const mostOpen = 200

/** What is looked for comes in the body: an address of a person goes into no URL and no log. */
function search(ledger: PagesLedger): RequestHandler {
  return async (request, response) => {
    const visitor = visitorOf(request)
    const finding = await find(ledger, fieldOf(request, 'words').slice(0, 400))
    const [id, ...others] = finding.kind === 'items' ? finding.ids : []
    if (id !== undefined && others.length === 0) return response.redirect(303, `/items/${id}`)
    send(response, searchPage(visitor, await resultsOf(ledger, 'Search', finding, visitor)))
  }
}

function showCourse(ledger: PagesLedger): RequestHandler<{ readonly lms: string; readonly course: string }> {
  return async (request, response) => {
    const [lms, course] = [LmsId.safeParse(request.params.lms), CourseKey.safeParse(request.params.course)]
    if (!lms.success || !course.success) return refuse(response, 404, 'That cannot be a course run.')
    const visitor = visitorOf(request)
    const finding = await findInCourse(ledger, lms.data, course.data)
    const grantAt = `/seats/new?lms=${lms.data}&course=${encodeURIComponent(course.data)}`
    send(response, searchPage(visitor, { ...(await resultsOf(ledger, course.data, finding, visitor)), grantAt }))
  }
}

async function resultsOf(ledger: PagesLedger, title: string, finding: Finding, visitor: Visitor) {
  const ids = finding.kind === 'items' ? finding.ids : []
  const seats = ids.filter((id) => id.startsWith('seat-')).map((id) => SeatId.parse(id.slice('seat-'.length)))
  return {
    title,
    seats: await readSeatCards(ledger, seats, visitor),
    orders: ids.filter((id) => !id.startsWith('seat-')),
    courses: finding.kind === 'courses' ? finding.courses : [],
  }
}
