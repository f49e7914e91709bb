import { itemId, type Claim } from '@seatkeeper/core'
import { html, type Content, type Html } from '../html.ts'
import type { OrderFacts, SeatFacts } from '../item-view.ts'
import { enrolment, itemLink, moment, statusBadge } from './words.ts'

/** Names with what they stand for; those with null are left out. */
export function factList(rows: readonly (readonly [string, Content])[]): Html {
  const told = rows.filter(([, value]) => value !== null)
  return html`<dl class="facts">
    ${told.map(
      ([name, value]) =>
        html`<div>
          <dt>${name}</dt>
          <dd>${value}</dd>
        </div>`,
    )}
  </dl>`
}

/** What is wanted of a seat, what the LMS was last seen to hold, and who speaks for it. */
export function seatFacts({ lms, course, wanted, applied, baseline, claims, orders }: SeatFacts): Html {
  return html`<h2>Enrolment</h2>
    ${factList([
      ['Course', html`<code>${course}</code>`],
      ['LMS', lms],
      ['Wanted', enrolment(wanted)],
      ['Verified at the LMS', applied === null ? 'not yet' : enrolment(applied)],
      ['Before us', baseline === null ? 'not looked yet' : enrolment(baseline)],
      ['Orders', orders.map((ref) => html`${itemLink(itemId({ kind: 'order', ...ref }))} `)],
    ])}
    <h2>Claims</h2>
    <ul class="events">
      ${claims.map(claimRow)}
    </ul>`
}

function claimRow({ key, access, mode }: Claim): Html {
  return html`<li>
    <span class="badge ${access}">${access}</span><span><code>${key}</code> ${mode}</span>
  </li>`
}

/** What the shop said of an order, what its lines sell, and its seats. */
export function orderFacts({ status, modifiedAtMs, lines, seats }: OrderFacts): Html {
  return html`<h2>At the shop</h2>
    ${factList([
      ['Status', status],
      ['Modified', modifiedAtMs === 0 ? null : moment(modifiedAtMs)],
      ...[...lines].map(
        ([line, items]) =>
          [
            `Line ${line}`,
            items.map(({ course, mode, lms }) => html`<code>${course}</code> ${mode} at ${lms} `),
          ] as const,
      ),
    ])}
    <h2>Seats</h2>
    ${seats.length === 0 ? html`<p class="empty">This order has no seat.</p>` : null}
    <ul class="events">
      ${seats.map(
        ({ id, course, status: stands }) =>
          html`<li>
            ${statusBadge(stands)}<span>${itemLink(id)} <code>${course}</code></span>
          </li>`,
      )}
    </ul>`
}
