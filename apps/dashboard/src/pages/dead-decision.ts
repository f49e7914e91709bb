import { failures, itemId, type DeadFilter, type ItemState } from '@seatkeeper/core'
import { countByCode, replaysPerSecond } from '@seatkeeper/fulfilment'
import { fieldsOf, wordsOf } from '../dead-filter.ts'
import { html, type Html } from '../html.ts'
import type { Visitor } from '../login/visitor.ts'
import { reasonField } from './decide.ts'
import { page } from './layout.ts'
import { duration, itemLink } from './words.ts'

export interface DeadDecision {
  readonly kind: 'replay' | 'discard'
  readonly filter: DeadFilter
  readonly dead: readonly ItemState[]
}

const mostNamed = 20

/** What a replay would do, or giving up, before anybody does it. */
export function deadDecisionPage(visitor: Visitor, decision: DeadDecision): Html {
  const { kind, filter, dead } = decision
  const title = kind === 'replay' ? 'Replay' : 'Give up'
  return page({
    visitor,
    title,
    place: 'dead-letters',
    content: html`<p class="over">${title}</p>
      <h1>${wordsOf(filter)}</h1>
      ${dead.length === 0 ? html`<p class="empty">None of these is dead; there is nothing to do.</p>` : preview(decision)}`,
  })
}

function preview(decision: DeadDecision): Html {
  const { kind, filter, dead } = decision
  return html`<p>${kind === 'replay' ? replayWords(dead) : discardWords(dead)}</p>
    <ul class="rows">
      ${countByCode(dead).map(([code, count]) => html`<li><strong>${count}</strong> <code class="code">${code}</code> <small>${failures[code].advice}</small></li>`)}
    </ul>
    <details ${dead.length <= mostNamed ? html`open` : null}>
      <summary>Which ${dead.length}</summary>
      <ul class="rows">
        ${dead.slice(0, mostNamed).map(({ item, lane }) => html`<li>${itemLink(itemId(item))} <span class="detail">${lane}</span></li>`)}
        ${dead.length > mostNamed ? html`<li class="detail">and ${dead.length - mostNamed} more</li>` : null}
      </ul>
    </details>
    <form method="post" action="/dead-letters/${kind}" class="stack">
      ${fieldsOf(filter).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`)}
      ${fieldsOf(filter).length === 0 ? html`<input type="hidden" name="all" value="yes" />` : null}
      ${kind === 'discard' ? reasonField() : null}
      <p class="actions">
        <button ${kind === 'discard' ? html`class="danger"` : null}>
          ${kind === 'replay' ? 'Replay' : 'Give up'} ${dead.length === 1 ? 'it' : `all ${dead.length}`}
        </button>
        <a class="button quiet" href="/dead-letters">Leave it</a>
      </p>
    </form>`
}

function replayWords(dead: readonly ItemState[]): string {
  const seats = dead.filter(({ item }) => item.kind === 'seat').length
  const held = dead.filter(({ failure }) => failure?.code === 'ORDER_HELD').length
  const read = seats === 0 ? '' : ' The orders behind seats are read at their shop first, so corrected products count.'
  const released = held === 0 ? '' : ` ${held} held by the brake: their next reading goes through, whatever it ends.`
  const pace =
    dead.length > replaysPerSecond
      ? ` At ${replaysPerSecond} a second it takes about ${duration((dead.length / replaysPerSecond) * 1000)}.`
      : ''
  return `Each is tried again from the start, as it is wanted then.${read}${released}${pace} What fails again comes back here.`
}

function discardWords(dead: readonly ItemState[]): string {
  const seats = dead.filter(({ item }) => item.kind === 'seat').length
  const paid = seats === 0 ? '' : ' Who paid for one of these seats stays without it.'
  return `Nothing tries them again by itself.${paid} A change of the order, or a replay by name, still does.`
}
