import type { Attempt, Replay, TimelineEntry } from '@seatkeeper/core'
import { deadLetterLane, letterId } from '@seatkeeper/queue'
import { html, type Html } from '../html.ts'
import type { Visitor } from '../login/visitor.ts'
import type { ItemView } from '../item-view.ts'
import { timelineWords } from '../timeline-words.ts'
import { factList, orderFacts, seatFacts } from './facts.ts'
import { page } from './layout.ts'
import { duration, moment, statusBadge } from './words.ts'

/** One order or seat: where it stands, why, and what happened to it. */
export function itemPage(visitor: Visitor, view: ItemView): Html {
  const { id, state, facts } = view
  return page({
    visitor,
    title: id,
    content: html`<p class="over">${state.item.kind === 'seat' ? 'Seat' : 'Order'}</p>
      <h1>${headline(view)} ${statusBadge(state.status)}</h1>
      ${failure(view)} ${standing(view)} ${facts?.kind === 'seat' ? seatFacts(facts) : null}
      ${facts?.kind === 'order' ? orderFacts(facts) : null} ${attempts(state.attempts)} ${replays(state.replays)}
      ${timeline(view)}`,
  })
}

function headline({ id, facts }: ItemView): string {
  if (facts === null) return id
  return facts.kind === 'seat' ? facts.course : `${facts.store} ${facts.order}`
}

function failure({ id, state, advice }: ItemView): Html | null {
  if (state.failure === null) return null
  const letter = `/queues/queue/${deadLetterLane}/${encodeURIComponent(letterId(state))}`
  return html`<section class="alert" aria-label="Failure">
    <p><code class="code">${state.failure.code}</code> since ${moment(state.failure.atMs)}</p>
    <p class="advice">${advice}</p>
    <p class="hint"><code>seatkeeper dead-letter replay ${id}</code> · <a href="${letter}">Its dead letter</a></p>
  </section>`
}

function standing({ id, state }: ItemView): Html {
  const { lane, generation, settledGeneration, status, dueAtMs, waitReason } = state
  const settled = settledGeneration === 0 ? 'none was settled yet' : `${settledGeneration} was settled last`
  return factList([
    ['Item', html`<code>${id}</code>`],
    ['Lane', html`<a href="/queues/queue/${encodeURIComponent(lane)}">${lane}</a>`],
    ['Generation', `${generation}; ${settled}`],
    ['Due', status === 'due' || status === 'waiting' ? moment(dueAtMs) : null],
    ['Waits for', waitReason],
  ])
}

function attempts(list: readonly Attempt[]): Html | null {
  if (list.length === 0) return null
  return html`<h2>Attempts</h2>
    <ol class="events">
      ${list.map(
        ({ atMs, code, nextInMs }) =>
          html`<li>
            ${moment(atMs)}<span
              ><code class="code">${code}</code>,
              ${nextInMs === null ? 'the last one' : `next in ${duration(nextInMs)}`}</span
            >
          </li>`,
      )}
    </ol>`
}

function replays(list: readonly Replay[]): Html | null {
  if (list.length === 0) return null
  return html`<h2>Replays</h2>
    <ol class="events">
      ${list.map(({ atMs, by, ofGeneration }) => html`<li>${moment(atMs)}<span>${by}, of generation ${ofGeneration}</span></li>`)}
    </ol>`
}

function timeline({ timeline: entries, leftOut }: ItemView): Html {
  return html`<h2>Timeline</h2>
    ${entries.length === 0 ? html`<p class="empty">Nothing was written down yet.</p>` : null}
    <ol class="events">
      ${entries.toReversed().map(timelineRow)}
    </ol>
    ${leftOut === 0 ? null : html`<p class="hint">${leftOut} more in others’ own words, which may name a person, ${leftOut === 1 ? 'is' : 'are'} not shown here.</p>`}`
}

function timelineRow({ atMs, what, detail }: TimelineEntry): Html {
  return html`<li>
    ${moment(atMs)}<span>${timelineWords.get(what)}${detail === '' ? null : html` <code>${detail}</code>`}</span>
  </li>`
}
