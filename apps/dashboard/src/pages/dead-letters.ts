import { failures, itemId, type DeadFilter, type FailureCode, type ItemState } from '@seatkeeper/core'
import { countByCode } from '@seatkeeper/fulfilment'
import { fieldsOf, wordsOf } from '../dead-filter.ts'
import { html, type Html } from '../html.ts'
import { mayAct, type Visitor } from '../login/visitor.ts'
import type { ReplayRun } from '../replay-runs.ts'
import { cardTable } from './card-table.ts'
import { page } from './layout.ts'
import { itemLink, minute } from './words.ts'

const mostShown = 200

export interface DeadLetters {
  readonly filter: DeadFilter
  /** Those that fit the filter, the longest dead first. */
  readonly dead: readonly ItemState[]
  readonly runs: readonly ReplayRun[]
}

/** Everything that is given up until somebody decides, by what is wrong. */
export function deadLettersPage(visitor: Visitor, { filter, dead, runs }: DeadLetters): Html {
  const isNarrow = fieldsOf(filter).length > 0
  return page({
    visitor,
    title: 'Dead letters',
    place: 'dead-letters',
    content: html`<h1>Dead letters</h1>
      ${runs.map(runLine)}
      ${isNarrow ? html`<p>Only ${wordsOf(filter)}. <a href="/dead-letters">Show all</a></p>` : null}
      ${dead.length === 0 ? html`<p class="empty">${isNarrow ? 'None of these is dead.' : nothing}</p>` : null}
      ${countByCode(dead).map(([code, count]) => reason(visitor, { filter, code, count }))}
      ${dead.length > 1 && mayAct(visitor, 'operator') ? allActions(filter, dead.length) : null}
      ${dead.length === 0 ? null : letters(dead)}`,
  })
}

const nothing = 'Nothing is dead. What gives up will stand here, with what to do about it.'

function runLine({ by, filter, done, of, state }: ReplayRun): Html {
  const words = { running: 'is replaying', done: 'replayed', failed: 'was stopped while replaying' }[state]
  return html`<p class="note" role="status">
    ${by} ${words} ${wordsOf(filter)}: ${done} of ${of}.
    ${state === 'running' ? html`<a href="/dead-letters">Look again</a>` : null}
  </p>`
}

interface Reason {
  readonly filter: DeadFilter
  readonly code: FailureCode
  readonly count: number
}

function reason(visitor: Visitor, { filter, code, count }: Reason): Html {
  const narrowed = addressOf({ ...filter, code })
  return html`<section class="answer bad" aria-label="${code}">
    <p class="short">
      <strong>${count}</strong> <a href="/dead-letters${narrowed}"><code class="code">${code}</code></a>
    </p>
    <p>${failures[code].advice}</p>
    ${mayAct(visitor, 'operator') ? html`<p class="actions"><a class="button" href="/dead-letters/replay${narrowed}">Replay ${count === 1 ? 'it' : `these ${count}`} …</a></p>` : null}
  </section>`
}

function allActions(filter: DeadFilter, count: number): Html {
  return html`<p class="actions">
    <a class="button quiet" href="/dead-letters/replay${addressOf(filter)}">Replay all ${count} …</a>
    <a class="button quiet" href="/dead-letters/discard${addressOf(filter)}">Give all ${count} up …</a>
  </p>`
}

function addressOf(filter: DeadFilter): string {
  const given = new URLSearchParams(Object.fromEntries(fieldsOf(filter))).toString()
  return given === '' ? '' : `?${given}`
}

function letters(dead: readonly ItemState[]): Html {
  const shown = dead.toReversed().slice(0, mostShown)
  const rest = dead.length - shown.length
  return html`<h2>One by one</h2>
    ${cardTable('Dead letters', ['Item', 'Code', 'Since', 'Attempts', 'Last replay'], shown.map(letterRow))}
    ${rest > 0 ? html`<p class="hint">${rest} older ones are not shown.</p>` : null}`
}

function letterRow({ item, lane, failure, attempts, replays }: ItemState): Html {
  const last = replays.at(-1)
  return html`<tr>
    <th scope="row">${itemLink(itemId(item))}<br /><small>${lane}</small></th>
    <td>${failure === null ? 'unknown' : html`<code class="code">${failure.code}</code>`}</td>
    <td data-name="Since">${failure === null ? 'unknown' : minute(failure.atMs)}</td>
    <td data-name="Attempts">${attempts.length}</td>
    <td data-name="Last replay">${last === undefined ? 'never' : html`${last.by}, ${minute(last.atMs)}`}</td>
  </tr>`
}
