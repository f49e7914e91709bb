import { failures, itemId, type ItemState } from '@seatkeeper/core'
import { html, type Html } from '../html.ts'
import type { Visitor } from '../login/visitor.ts'
import { page } from './layout.ts'
import { itemLink, minute } from './words.ts'

const mostShown = 500

/** Everything that is given up until somebody decides, the newest first. */
export function deadLettersPage(visitor: Visitor, dead: readonly ItemState[]): Html {
  return page({
    visitor,
    title: 'Dead letters',
    place: 'dead-letters',
    content: html`<h1>Dead letters</h1>
      ${dead.length === 0 ? nothing : letters(dead)}`,
  })
}

const nothing = html`<p class="empty">Nothing is dead. What gives up will stand here, with what to do about it.</p>`

function letters(dead: readonly ItemState[]): Html {
  const shown = dead.toReversed().slice(0, mostShown)
  const rest = dead.length - shown.length
  return html`<p>
      ${dead.length === 1 ? 'One item is' : `${dead.length} items are`} given up until somebody decides. Do what the
      advice says, then replay: <code>seatkeeper dead-letter replay</code> with the item’s name.
    </p>
    <div class="scroll" tabindex="0" role="region" aria-label="Dead letters">
      <table class="cards">
        <thead>
          <tr>
            ${['Item', 'What is wrong', 'Since', 'Attempts', 'Last replay'].map((name) => html`<th scope="col">${name}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${shown.map(letterRow)}
        </tbody>
      </table>
    </div>
    ${rest > 0 ? html`<p class="hint">${rest} older ones are not shown.</p>` : null}`
}

function letterRow({ item, lane, failure, attempts, replays }: ItemState): Html {
  const last = replays.at(-1)
  return html`<tr>
    <th scope="row">${itemLink(itemId(item))}<br /><small>${lane}</small></th>
    <td>
      ${failure === null ? 'unknown' : html`<code class="code">${failure.code}</code><br />${failures[failure.code].advice}`}
    </td>
    <td data-name="Since">${failure === null ? 'unknown' : minute(failure.atMs)}</td>
    <td data-name="Attempts">${attempts.length}</td>
    <td data-name="Last replay">${last === undefined ? 'never' : html`${last.by}, ${minute(last.atMs)}`}</td>
  </tr>`
}
