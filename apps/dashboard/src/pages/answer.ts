import { html, type Content, type Html } from '../html.ts'
import type { SeatCard } from '../item-view.ts'
import type { Person } from '../person.ts'
import { moment } from './words.ts'

/** Why a learner is in a course run or not, in one box. @param below what can be done about it. */
export function answerBox({ answer }: Pick<SeatCard, 'answer'>, heading: Content, below: Content): Html {
  const { tone, short, why, code, nextAtMs } = answer
  return html`<section class="answer ${tone}" aria-label="Answer">
    <p class="short"><strong>${short}</strong> ${code === null ? null : html`<code class="code">${code}</code>`}</p>
    ${heading}
    <p>${why}${nextAtMs === null ? null : html` <span class="detail">Next look: ${moment(nextAtMs)}.</span>`}</p>
    ${below}
  </section>`
}

/** A seat of an order or search, with the way to its page. */
export function seatAnswer(card: SeatCard, below: Content): Html {
  const heading = html`<h2><a href="/items/${card.id}">${card.course}</a> <small>at ${card.lms}</small></h2>
    <p class="person">${personWords(card.person)}</p>`
  return answerBox(card, heading, below)
}

/** Who learns. */
export function personWords({ address, account }: Person): Html {
  return html`${address}${account === null ? html` <span class="detail">no LMS account known</span>` : html` <span class="detail">LMS account</span> ${account}`}`
}
