import { html, type Content, type Html } from '../html.ts'
import type { Visitor } from '../login/visitor.ts'
import { choice, reasonField } from './decide.ts'
import { page } from './layout.ts'

/** What the page of a new decision is filled with. */
export interface GrantForm {
  readonly lmses: readonly string[]
  /** Course runs to choose from. */
  readonly courses: readonly string[]
  /** By the name of the field. */
  readonly typed: Readonly<Record<string, string>>
  /** Why it was not done; null at first. */
  readonly problem: string | null
}

/** Grants or denies a seat to somebody who may have none. */
export function grantPage(visitor: Visitor, { lmses, courses, typed, problem }: GrantForm): Html {
  const [onlyLms] = lmses
  return page({
    visitor,
    title: 'Grant or deny a seat',
    content: html`<p class="over">Decide over the shops’ heads</p>
      <h1>Grant or deny a seat</h1>
      ${problem === null ? null : html`<p class="alert" role="alert">${problem} Nothing was done.</p>`}
      ${
        onlyLms === undefined
          ? html`<p class="empty">No LMS is known here yet. It is as soon as a worker of it has started.</p>`
          : html`<form method="post" action="/seats/new" class="stack">
              <fieldset>
                <legend>What</legend>
                ${choice('grant', 'Grant', 'The learner gets the seat and keeps it, whatever orders say.', typed['what'])}
                ${choice('deny', 'Deny', 'The learner loses the seat and stays out, whoever pays.', typed['what'])}
              </fieldset>
              ${field('email', 'E-mail address of the learner', typed['email'], html`type="email" maxlength="254"`)}
              <label for="lms">LMS</label>
              <select id="lms" name="lms">
                ${lmses.map((lms) => html`<option ${lms === typed['lms'] ? html`selected` : null}>${lms}</option>`)}
              </select>
              ${field('course', 'Course run', typed['course'], html`list="courses" maxlength="255" placeholder="course-v1:…"`)}
              <datalist id="courses">${courses.map((course) => html`<option value="${course}"></option>`)}</datalist>
              ${field('mode', 'Course mode of a grant', typed['mode'] ?? 'verified', html`maxlength="50"`)}
              ${reasonField(typed['reason'])}
              <p class="actions"><button>Decide</button> <a class="button quiet" href="/">Leave it</a></p>
            </form>`
      }`,
  })
}

function field(name: string, label: string, value: string | undefined, more: Content): Html {
  return html`<label for="${name}">${label}</label>
    <input id="${name}" name="${name}" value="${value ?? ''}" required autocomplete="off" spellcheck="false" ${more} />`
}
