import { html, type Html } from '../html.ts'
import type { ItemView } from '../item-view.ts'
import type { Visitor } from '../login/visitor.ts'
import { failureBox, itemFacts } from './dead.ts'
import { page } from './layout.ts'
import { orderPage } from './order.ts'
import { seatPage } from './seat.ts'
import { timelineSection } from './timeline.ts'
import { itemLink, statusBadge } from './words.ts'

/** The page of any item. */
export function itemPage(visitor: Visitor, view: ItemView): Html {
  if (view.facts?.kind === 'seat') return seatPage(visitor, view, view.facts)
  if (view.facts?.kind === 'order') return orderPage(visitor, view, view.facts)
  return plainPage(visitor, view)
}

/** What is neither a seat nor an order: telling a shop, and chores. */
function plainPage(visitor: Visitor, view: ItemView): Html {
  const { id, state } = view
  const { item } = state
  return page({
    visitor,
    title: id,
    content: html`<p class="over">${item.kind === 'tell' ? 'Telling the shop' : 'Chore'}</p>
      <h1>${id} ${statusBadge(state)}</h1>
      ${item.kind === 'tell' ? html`<p>About ${itemLink(`order-${item.store}-${item.order}`)}.</p>` : null}
      ${failureBox(visitor, view)} ${timelineSection(view)} ${itemFacts(view)}`,
  })
}
