import { failures } from '@seatkeeper/core'
import { html, type Html } from '../html.ts'
import type { ItemView, OrderFacts } from '../item-view.ts'
import { mayAct, type Visitor } from '../login/visitor.ts'
import { seatAnswer } from './answer.ts'
import { deadActions, failureBox, itemFacts } from './dead.ts'
import { factList } from './facts.ts'
import { page } from './layout.ts'
import { timelineSection } from './timeline.ts'
import { minute, moment, statusBadge } from './words.ts'

/** One order: what became of each course it sells, and everything that happened. */
export function orderPage(visitor: Visitor, view: ItemView, facts: OrderFacts): Html {
  const { order, store, status, seats } = facts
  return page({
    visitor,
    title: `Order ${order}`,
    content: html`<p class="over">${store}</p>
      <h1>Order ${order} <span class="badge">${status}</span></h1>
      ${failureBox(visitor, view)} ${seats.map((card) => seatAnswer(card, deadActions(visitor, card)))}
      ${seats.length === 0 ? html`<p class="empty">${whyNoSeat(view)}</p>` : null}
      <div class="columns">
        <div>
          <h2>At the shop</h2>
          ${shop(facts, view)} ${mayAct(visitor, 'operator') ? readAgain(view) : null}
        </div>
        <div>
          <h2>Lines</h2>
          ${lines(facts)}
        </div>
      </div>
      ${timelineSection(view)} ${itemFacts(view)}`,
  })
}

function whyNoSeat({ state }: ItemView): string {
  if (state.status === 'due') return 'The order is being read at the shop; its seats follow within seconds.'
  return 'This order has no seat: nothing of it is a course, it was never paid, or it names no learner.'
}

function shop({ status, modifiedAtMs, note, telling }: OrderFacts, { state }: ItemView): Html {
  const wasTold =
    note === null
      ? 'nothing yet'
      : html`note ${note.number}, ${minute(note.atMs)}${note.isConfirmed ? null : ', not confirmed'}`
  return factList([
    ['Status there', status],
    ['Modified', modifiedAtMs === 0 ? null : moment(modifiedAtMs)],
    ['Reading it', statusBadge(state)],
    ['The shop was told', wasTold],
    [
      'Telling it',
      telling === null
        ? null
        : html`${statusBadge(telling)}
          ${telling.failure === null ? null : html`<a href="/items/tell-${telling.item.kind === 'tell' ? `${telling.item.store}-${telling.item.order}` : ''}"><code class="code">${telling.failure.code}</code></a> ${failures[telling.failure.code].advice}`}`,
    ],
  ])
}

/** Has the order read whatever became of it, while a replay opens only what is dead. */
function readAgain({ id, state }: ItemView): Html {
  const isHeld = state.status === 'dead' && state.failure?.code === 'ORDER_HELD'
  return html`<form method="post" action="/items/${id}/read">
    <p class="actions"><button class="button quiet">Read again</button></p>
    <p class="hint">
      The order is read at its shop, and what is dead of it is tried
      again.${isHeld ? ' It is held: its next reading goes through, whatever seats that ends.' : null}
    </p>
  </form>`
}

function lines({ lines: all, open }: OrderFacts): Html {
  if (all.length === 0 && open.length === 0) return html`<p class="empty">No line is known to sell a course.</p>`
  return html`<ul class="rows">
    ${all.map(
      ([line, items]) =>
        html`<li>
          <span class="detail">Line ${line}</span>
          ${items.map(({ course, mode, lms }) => html`${course} <span class="detail">${mode} at ${lms}</span> `)}
        </li>`,
    )}
    ${open.map((key) => html`<li><span class="badge waiting">open</span> ${openWords(key)}</li>`)}
  </ul>`
}

/** An open unit has no learner yet. */
function openWords(key: string): string {
  const [, , line, unit] = key.split('/')
  return `Line ${line}, unit ${unit} is paid for and names no learner.`
}
