import { itemId } from '@seatkeeper/core'
import type { OpenOrder } from '@seatkeeper/ledger'
import { html, type Html } from '../html.ts'
import type { Visitor } from '../login/visitor.ts'
import { cardTable } from './card-table.ts'
import { page } from './layout.ts'
import { minute } from './words.ts'

/** Orders with paid units that are nobody's yet, those longest so first. */
export function openSeatsPage(visitor: Visitor, orders: readonly OpenOrder[], count: number): Html {
  return page({
    visitor,
    title: 'Open seats',
    content: html`<h1>Open seats</h1>
      <p>
        Paid, and nobody’s yet. They become somebody’s when the order at the shop names as many learners as it has
        units.
      </p>
      ${orders.length === 0 ? html`<p class="empty">Every paid unit is somebody’s.</p>` : table(orders)}
      ${orders.length < count ? html`<p class="hint">${orders.length} of ${count} orders; the others changed later.</p>` : null}`,
  })
}

function table(orders: readonly OpenOrder[]): Html {
  return cardTable('Orders with open seats', ['Order', 'Shop', { number: 'Open' }, 'Since'], orders.map(row))
}

function row({ store, order, units, sinceMs }: OpenOrder): Html {
  return html`<tr>
    <th scope="row"><a href="/items/${itemId({ kind: 'order', store, order })}">${order}</a></th>
    <td data-name="Shop">${store}</td>
    <td data-name="Open" class="number">${units}</td>
    <td data-name="Since">${minute(sinceMs)}</td>
  </tr>`
}
