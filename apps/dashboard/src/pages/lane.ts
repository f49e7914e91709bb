import type { LanePause } from '@seatkeeper/core'
import { html, type Html } from '../html.ts'
import { mayAct, type Visitor } from '../login/visitor.ts'
import type { LaneView } from '../overview.ts'
import { reasonField } from './decide.ts'
import { factList } from './facts.ts'
import { page } from './layout.ts'
import { gateBadge, moment } from './words.ts'

/** One lane, and stopping it by hand. */
export function lanePage(visitor: Visitor, { lane, gate, jobs, pause }: LaneView): Html {
  return page({
    visitor,
    title: lane,
    content: html`<p class="over">Lane</p>
      <h1>
        ${lane}
        ${pause === null ? html`<span class="badge open">runs</span>` : html`<span class="badge parked">stopped</span>`}
      </h1>
      ${pause === null ? null : pauseWords(pause)}
      ${factList([
        ['Gate', gateBadge(gate)],
        ['Waiting', jobs.waiting],
        ['Active', jobs.active],
        ['Delayed', jobs.delayed],
        ['Jobs', html`<a href="/queues/queue/${encodeURIComponent(lane)}">in the queue</a>`],
      ])}
      ${mayAct(visitor, 'operator') ? decision(lane, pause) : null}`,
  })
}

function pauseWords({ by, atMs, reason }: LanePause): Html {
  return html`<p class="note">Stopped by ${by}, ${moment(atMs)}: ${reason}</p>`
}

function decision(lane: string, pause: LanePause | null): Html {
  const what = pause === null ? 'pause' : 'resume'
  return html`<form method="post" action="/lanes/${lane}" class="stack">
    <p>
      ${pause === null ? 'Stopped, no worker takes anything from it until somebody lets it go on. What runs is finished; nothing is lost.' : 'Workers take what waits, at once.'}
    </p>
    ${reasonField()}
    <p class="actions">
      <button name="what" value="${what}">${pause === null ? 'Stop the lane' : 'Let it go on'}</button>
    </p>
  </form>`
}
