import { Router, type Response } from 'express'
import type { Agenda, DeadItems } from '@seatkeeper/core'
import { refuse } from './guard.ts'
import { markupOf, type Html } from './html.ts'
import { readItemView, type ItemLedger } from './item-view.ts'
import { visitorOf } from './login/visitor.ts'
import { readOverview, type OverviewParts } from './overview.ts'
import { deadLettersPage } from './pages/dead-letters.ts'
import { homePage } from './pages/home.ts'
import { itemPage } from './pages/item.ts'

/** What our pages ask of the ledger: to be read. */
export type PagesLedger = ItemLedger & OverviewParts['ledger'] & Pick<Agenda, 'lanes'> & Pick<DeadItems, 'dead'>

export interface PagesParts extends OverviewParts {
  readonly ledger: PagesLedger
}

/** Our own pages: the overview, what is dead, and one item. */
export function createPages(parts: PagesParts): Router {
  const { ledger } = parts
  const router = Router()
  router.get('/', async (request, response) => send(response, homePage(visitorOf(request), await readOverview(parts))))
  router.get('/dead-letters', async (request, response) =>
    send(response, deadLettersPage(visitorOf(request), await ledger.dead())),
  )
  router.get('/items/:id', async (request, response) => {
    const view = await readItemView(ledger, request.params.id)
    if (view === undefined) refuse(response, 404, 'The ledger has no item of this name.')
    else send(response, itemPage(visitorOf(request), view))
  })
  return router
}

function send(response: Response, page: Html): void {
  response.type('html').send(markupOf(page))
}
