import type { OperatorAction } from '@seatkeeper/core'
import { html, type Html } from '../html.ts'
import { isItemId } from '../item-id.ts'
import { mayAct, type Visitor } from '../login/visitor.ts'
import { cardTable } from './card-table.ts'
import { page } from './layout.ts'
import { itemLink, minute } from './words.ts'

/** What operators did, the latest first. Reasons are their own words. */
export function recordPage(visitor: Visitor, actions: readonly OperatorAction[]): Html {
  return page({
    visitor,
    title: 'Record',
    place: 'record',
    content: html`<h1>What was done by hand</h1>
      ${actions.length === 0 ? html`<p class="empty">Nobody did anything by hand.</p>` : table(visitor, actions)}
      <p class="hint">From here and from the command line. Nothing can be taken out of this record.</p>`,
  })
}

function table(visitor: Visitor, actions: readonly OperatorAction[]): Html {
  const rows = actions.map((action) => row(visitor, action))
  return cardTable('What was done by hand', ['When', 'Who', 'What', 'On', 'Why'], rows)
}

function row(visitor: Visitor, { atMs, by, action, on, detail }: OperatorAction): Html {
  return html`<tr>
    <td>${minute(atMs)}</td>
    <th scope="row">${by}</th>
    <td data-name="What">${action}</td>
    <td data-name="On">${isItemId(on) ? itemLink(on) : on}</td>
    <td data-name="Why">${mayAct(visitor, 'operator') || action === 'replay' ? detail : 'for operators'}</td>
  </tr>`
}
