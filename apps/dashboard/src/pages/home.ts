import { failures, isConserved, type Conservation, type GateState } from '@seatkeeper/core'
import { html, type Html } from '../html.ts'
import { mayAct, type Visitor } from '../login/visitor.ts'
import type { LaneView, Overview } from '../overview.ts'
import { cardTable } from './card-table.ts'
import { page, searchForm } from './layout.ts'
import { plots } from './plot.ts'
import { sideCards } from './sides.ts'
import { duration, gateBadge, moment } from './words.ts'

/** The first page: is everything accounted for, and does everything flow? */
export function homePage(visitor: Visitor, overview: Overview): Html {
  const { atMs, counts, lanes, sides, deadByCode, pulse, openOrders } = overview
  return page({
    visitor,
    title: 'Overview',
    place: 'overview',
    content: html`${searchForm('large')}
      <h1>${headline(counts, lanes)}</h1>
      ${tiles(counts)} ${deadCodes(deadByCode)} ${accounting(counts)} ${openSeats(openOrders)} ${sideCards(sides, atMs)}
      ${plots(pulse)}
      <h2>Lanes</h2>
      ${lanes.length === 0 ? noLanes : laneTable(lanes, atMs)}
      <p class="hint">As of ${moment(atMs)}. <a href="/">Look again</a></p>
      ${mayAct(visitor, 'admin') ? html`<p><a class="button quiet" href="/seats/new">Grant or deny a seat …</a></p>` : null}`,
  })
}

function headline({ dead }: Conservation, lanes: readonly LaneView[]): string {
  const shut = lanes.filter(({ gate }) => gate.state !== 'open').length
  if (dead > 0) return dead === 1 ? 'One item needs a decision' : `${dead} items need a decision`
  return shut > 0 ? 'Waiting for the other side' : 'All is well'
}

function tiles({ settled, due, waiting, dead }: Conservation): Html {
  return html`<dl class="tiles">
    ${tile('Settled', settled, 'as the shops want it')} ${tile('Due', due, 'being done')}
    ${tile('Waiting', waiting, 'for an account or a date')}
    <div class="${dead > 0 ? 'dead' : ''}">
      <dt>Dead</dt>
      <dd>${dead}</dd>
      <dd class="about">${dead > 0 ? html`<a href="/dead-letters">each with its advice</a>` : 'nothing to decide'}</dd>
    </div>
  </dl>`
}

function deadCodes(counts: ReadonlyMap<string, number>): Html | null {
  if (counts.size === 0) return null
  const most = [...counts].toSorted(([, one], [, other]) => other - one)
  return html`<p>
    ${most.map(([code, count]) => html`<a class="chip" href="/dead-letters?code=${code}">${count} <code>${code}</code></a> `)}
  </p>`
}

function tile(name: string, count: number, about: string): Html {
  return html`<div>
    <dt>${name}</dt>
    <dd>${count}</dd>
    <dd class="about">${about}</dd>
  </div>`
}

function accounting(counts: Conservation): Html {
  const { registered, settled, due, waiting, dead } = counts
  const sum = `${settled} settled + ${due} due + ${waiting} waiting + ${dead} dead`
  if (isConserved(counts)) return html`<p>Nothing is lost: ${sum} = <strong>${registered} registered</strong>.</p>`
  return html`<p class="alert" role="alert">
    The count does not come out even: ${sum} = ${settled + due + waiting + dead}, but ${registered} items are
    registered. If it stays so, report it as a bug.
  </p>`
}

function openSeats(orders: number): Html | null {
  if (orders === 0) return null
  return html`<p>
    <a href="/open-seats">${orders === 1 ? 'One order has' : `${orders} orders have`} open seats</a>: paid, and nobody’s
    yet.
  </p>`
}

const noLanes = html`<p class="empty">No order has come yet. Lanes appear with the first one.</p>`

const states = ['waiting', 'active', 'delayed', 'failed'] as const

function laneTable(lanes: readonly LaneView[], nowMs: number): Html {
  const rows = lanes.map((lane) => laneRow(lane, nowMs))
  return html`${cardTable('Lanes', ['Lane', 'Gate', ...states.map((state) => ({ number: state }))], rows)}
    <p class="hint">Jobs as the queues keep them: a failed one stays for a day, whatever became of its item.</p>`
}

function laneRow({ lane, gate, jobs, pause }: LaneView, nowMs: number): Html {
  return html`<tr>
    <th scope="row"><a href="/lanes/${lane}">${lane}</a></th>
    <td>
      ${pause === null ? null : html`<span class="badge parked">stopped by ${pause.by}</span> `}${gateBadge(gate)}${whyShut(gate, nowMs)}
    </td>
    ${states.map((state) => html`<td data-name="${state}" class="number ${jobs[state] === 0 ? 'zero' : ''}">${jobs[state]}</td>`)}
  </tr>`
}

function whyShut(gate: GateState, nowMs: number): Html | null {
  if (gate.state === 'open') return null
  return html` <code>${gate.code}</code> for ${duration(nowMs - gate.sinceMs)}<br /><small
      >${failures[gate.code].advice}</small
    >`
}
