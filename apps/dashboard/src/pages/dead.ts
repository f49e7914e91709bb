import { failures, itemId, type ItemState } from '@seatkeeper/core'
import { deadLetterLane, letterId } from '@seatkeeper/queue'
import { html, type Html } from '../html.ts'
import { mayAct, type Visitor } from '../login/visitor.ts'
import { factList } from './facts.ts'
import { moment } from './words.ts'

/** What can be done about one dead item by whoever looks; nothing for the living. */
export function deadActions(visitor: Visitor, { state }: { readonly state: ItemState }): Html | null {
  if (state.status !== 'dead') return null
  const id = encodeURIComponent(itemId(state.item))
  if (!mayAct(visitor, 'operator')) return html`<p class="hint">An operator can replay it.</p>`
  return html`<p class="actions">
    <a class="button" href="/dead-letters/replay?item=${id}">Replay …</a>
    <a class="button quiet" href="/dead-letters/discard?item=${id}">Give up …</a>
  </p>`
}

/** Why an item is dead, and what to do about it. */
export function failureBox(visitor: Visitor, { state }: { readonly state: ItemState }): Html | null {
  if (state.failure === null || state.status !== 'dead') return null
  const { code, atMs } = state.failure
  return html`<section class="answer bad" aria-label="Failure">
    <p class="short"><strong>Needs a decision</strong> <code class="code">${code}</code></p>
    <p>${failures[code].advice} <span class="detail">Since ${moment(atMs)}.</span></p>
    ${deadActions(visitor, { state })}
  </section>`
}

/** Where an item stands in the machinery, for whoever looks behind it. */
export function itemFacts({ state }: { readonly state: ItemState }): Html {
  const { lane, generation, settledGeneration, status, dueAtMs, waitReason, change, replays } = state
  const settled = settledGeneration === 0 ? 'none settled yet' : `${settledGeneration} settled last`
  const letter = `/queues/queue/${deadLetterLane}/${encodeURIComponent(letterId(state))}`
  return html`<details>
    <summary>Behind it</summary>
    ${factList([
      ['Item', html`<code>${itemId(state.item)}</code>`],
      ['Lane', html`<a href="/lanes/${lane}">${lane}</a>`],
      ['Generation', `${generation}; ${settled}`],
      ['Due', status === 'due' || status === 'waiting' ? moment(dueAtMs) : null],
      ['Waits for', waitReason],
      ['Change, in logs and notes', change === null ? null : html`<code>${change}</code>`],
      ['Dead letter', status === 'dead' ? html`<a href="${letter}">in the queue</a>` : null],
      ['Replays', replays.length === 0 ? null : replays.map(({ by, atMs }) => html`${by}, ${moment(atMs)}. `)],
    ])}
  </details>`
}
