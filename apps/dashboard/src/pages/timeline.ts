import { failures } from '@seatkeeper/core'
import { html, type Html } from '../html.ts'
import type { Happening, Timeline } from '../timeline.ts'
import { duration, moment } from './words.ts'

/** What happened, the latest first. */
export function timelineSection({ happenings, leftOut }: Timeline): Html {
  const isMixed = new Set(happenings.map(({ of }) => of)).size > 1
  return html`<h2 id="timeline">Timeline</h2>
    ${happenings.length === 0 ? html`<p class="empty">Nothing was written down yet.</p>` : null}
    <ol class="timeline">
      ${happenings.map((happening) => happeningRow(happening, isMixed))}
    </ol>
    ${leftOut === 0 ? null : html`<p class="hint">${leftOut} more in others’ own words, which may name a person, ${leftOut === 1 ? 'is' : 'are'} for operators.</p>`}`
}

function happeningRow({ atMs, of, words, detail, tone, code, nextInMs }: Happening, isMixed: boolean): Html {
  return html`<li class="${tone}">
    ${moment(atMs)}
    <p>
      ${isMixed ? html`<span class="of">${of}</span>` : null}
      ${words}${detail === '' ? null : html` <span class="detail">${detail}</span>`}
      ${code === null ? null : html`<code class="code">${code}</code> <span class="detail">${failures[code].verdict}</span>`}
      ${nextInMs === null ? null : html`<span class="detail">next in ${duration(nextInMs)}</span>`}
      ${code === null ? null : html`<small>${failures[code].advice}</small>`}
    </p>
  </li>`
}
