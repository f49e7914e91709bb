import type { SoldCourse } from '@seatkeeper/ledger'
import { html, type Content, type Html } from '../html.ts'
import type { SeatCard } from '../item-view.ts'
import { mayAct, type Visitor } from '../login/visitor.ts'
import { mostFound } from '../search.ts'
import { seatAnswer } from './answer.ts'
import { deadActions } from './dead.ts'
import { page, searchForm } from './layout.ts'
import { itemLink } from './words.ts'

/** What was found, where it is not one thing that has a page of its own. */
export interface Results {
  readonly title: string
  readonly seats: readonly SeatCard[]
  /** Items that are no seats. */
  readonly orders: readonly string[]
  readonly courses: readonly SoldCourse[]
  /** Where somebody is given a seat in what was found. */
  readonly grantAt?: string
}

/** The results of a search, those that need somebody first. */
export function searchPage(visitor: Visitor, { title, seats, orders, courses, grantAt }: Results): Html {
  const isEmpty = seats.length + orders.length + courses.length === 0
  return page({
    visitor,
    title,
    content: html`<h1>${title}</h1>
      ${isEmpty ? nothing : null}
      ${
        orders.length === 0
          ? null
          : html`<ul class="rows">
              ${orders.map((id) => html`<li>${itemLink(id)}</li>`)}
            </ul>`
      }
      ${courses.length === 0 ? null : courseList(courses)}
      ${seats.toSorted((one, other) => urgency(one) - urgency(other)).map((card) => seatAnswer(card, deadActions(visitor, card)))}
      ${seats.length < mostFound ? null : html`<p class="hint">Only ${mostFound} are shown. An order number or an address finds one.</p>`}
      ${grantAt !== undefined && mayAct(visitor, 'admin') ? html`<p><a class="button quiet" href="${grantAt}">Grant or deny a seat …</a></p>` : null}`,
  })
}

const tones = ['bad', 'wait', 'busy', 'good', 'none']

function urgency({ answer }: SeatCard): number {
  return tones.indexOf(answer.tone)
}

const nothing: Content = html`<p class="empty">
    Nothing is known here by these words. An order comes with its first webhook, or when reconcile finds it: wait five
    minutes, or run
    <code>seatkeeper reconcile</code>.
  </p>
  ${searchForm('large')}`

function courseList(courses: readonly SoldCourse[]): Html {
  return html`<ul class="rows">
    ${courses.map(
      ({ lms, course, seats }) =>
        html`<li>
          <a href="/courses/${lms}/${encodeURIComponent(course)}">${course}</a> <span class="detail">at ${lms}</span>
          ${seats} ${seats === 1 ? 'seat' : 'seats'}
        </li>`,
    )}
  </ul>`
}
