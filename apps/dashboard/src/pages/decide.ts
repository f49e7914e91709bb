import { html, type Html } from '../html.ts'
import type { ItemView, SeatFacts } from '../item-view.ts'
import type { Visitor } from '../login/visitor.ts'
import { personWords } from './answer.ts'
import { page } from './layout.ts'

/** Why something is done. */
export function reasonField(typed = ''): Html {
  return html`<label for="reason">Why</label>
    <input
      id="reason"
      name="reason"
      value="${typed}"
      required
      maxlength="200"
      autocomplete="off"
      aria-describedby="reason-hint"
    />
    <p class="hint" id="reason-hint">For the record. Name nobody.</p>`
}

/** Grants, denies or releases one seat over the shops' heads. */
export function decidePage(visitor: Visitor, { id }: ItemView, facts: SeatFacts): Html {
  const { course, lms, person, decision } = facts
  return page({
    visitor,
    title: 'Decide',
    content: html`<p class="over">Decide over the shops’ heads</p>
      <h1>${course}</h1>
      <p class="person">${personWords(person)} at ${lms}</p>
      ${decision === null ? null : html`<p class="note">Now ${decision.access} by ${decision.by}.</p>`}
      <form method="post" action="/items/${id}/decide" class="stack">
        <fieldset>
          <legend>What</legend>
          ${choice('grant', 'Grant', 'The learner gets the seat and keeps it, whatever orders say.')}
          ${choice('deny', 'Deny', 'The learner loses the seat and stays out, whoever pays.')}
          ${choice('release', 'Release', 'Takes a decision back: the shops decide again.')}
        </fieldset>
        <label for="mode">Course mode of a grant</label>
        <input id="mode" name="mode" value="verified" pattern="[a-z][a-z\\-]*" maxlength="50" autocomplete="off" />
        ${reasonField()}
        <p class="actions"><button>Decide</button> <a class="button quiet" href="/items/${id}">Leave it</a></p>
      </form>`,
  })
}

/** One of several things to do. */
export function choice(value: string, name: string, meaning: string, chosen?: string): Html {
  return html`<p class="choice">
    <input
      type="radio"
      name="what"
      id="${value}"
      value="${value}"
      required
      ${value === chosen ? html`checked` : null}
    /><label for="${value}">${name} <small>${meaning}</small></label>
  </p>`
}
