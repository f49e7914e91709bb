import { isOrderClaim, itemId, OrderId, StoreId, type Claim } from '@seatkeeper/core'
import { html, type Html } from '../html.ts'
import type { ItemView, SeatFacts } from '../item-view.ts'
import { mayAct, type Visitor } from '../login/visitor.ts'
import { answerBox, personWords } from './answer.ts'
import { deadActions, itemFacts } from './dead.ts'
import { factList } from './facts.ts'
import { page } from './layout.ts'
import { timelineSection } from './timeline.ts'
import { enrolment, moment } from './words.ts'

/** One learner in one course run: whether, and why. */
export function seatPage(visitor: Visitor, view: ItemView, facts: SeatFacts): Html {
  return page({
    visitor,
    title: facts.course,
    content: html`<p class="over">Seat at ${facts.lms}</p>
      <h1>${facts.course}</h1>
      <p class="person">${personWords(facts.person)}</p>
      ${answerBox(facts, null, deadActions(visitor, view))}
      <div class="columns">
        <div>
          <h2>Why</h2>
          ${enrolments(facts)} ${decision(visitor, facts)}
        </div>
        <div>
          <h2>Claims that hold it</h2>
          ${claims(facts.claims)}
        </div>
      </div>
      ${timelineSection(view)} ${itemFacts(view)}`,
  })
}

function enrolments({ wanted, applied, baseline }: SeatFacts): Html {
  return factList([
    ['Wanted', enrolment(wanted)],
    ['Confirmed by the LMS', applied === null ? 'nothing yet' : enrolment(applied)],
    ['Before any order', baseline === null ? 'not looked yet' : enrolment(baseline)],
  ])
}

function decision(visitor: Visitor, { id, decision: made }: SeatFacts): Html {
  const reason = made !== null && mayAct(visitor, 'operator') ? `: ${made.reason}` : ''
  return html`${made === null ? null : html`<p><span class="badge ${made.access}">${made.access}</span> by ${made.by}, ${moment(made.atMs)}${reason}</p>`}
  ${mayAct(visitor, 'admin') ? html`<p><a class="button quiet" href="/items/${id}/decide">Decide over the shops’ heads</a></p>` : null}`
}

function claims(list: readonly Claim[]): Html {
  const ofOrders = list.filter(({ key }) => isOrderClaim(key))
  if (ofOrders.length === 0) return html`<p class="empty">No order ever paid for it.</p>`
  return html`<ul class="rows">
    ${ofOrders.map(
      ({ key, access, mode }) =>
        html`<li>
          <span class="badge ${access}">${access}</span> ${claimWords(key)} <span class="detail">${mode}</span>
        </li>`,
    )}
  </ul>`
}

/** Claim keys begin with store, order, line and unit; see `claimKey` in core. */
function claimWords(key: string): Html {
  const [store = '', order = '', line, unit] = key.split('/')
  const id = itemId({ kind: 'order', store: StoreId.parse(store), order: OrderId.parse(order) })
  return html`<a href="/items/${id}">Order ${order}</a> of ${store}
    <span class="detail">line ${line}, unit ${unit}</span>`
}
