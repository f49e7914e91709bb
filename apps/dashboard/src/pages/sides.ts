import { failures } from '@seatkeeper/core'
import type { BalanceCount, CallsStanding } from '@seatkeeper/ledger'
import { html, type Html } from '../html.ts'
import type { SideView } from '../overview.ts'
import { duration, gateBadge } from './words.ts'

/** Every store and LMS: whether it answers, what waits for it, and whether it is as it was paid for. */
export function sideCards(sides: readonly SideView[], nowMs: number): Html | null {
  if (sides.length === 0) return null
  return html`<h2>Shops and LMSs</h2>
    <div class="sides">${sides.map((side) => sideCard(side, nowMs))}</div>`
}

function sideCard(side: SideView, nowMs: number): Html {
  const { kind, id, gate, due, oldestMs, calls, balance } = side
  return html`<section class="side">
    <h3>${id} ${gateBadge(gate)}</h3>
    <p>
      ${kind === 'store' ? 'Shop' : 'LMS'}.
      ${due === 0 ? 'Nothing waits.' : `${due} due, the oldest for ${duration(oldestMs)}.`}
    </p>
    ${gate.state === 'open' ? null : html`<p class="hint"><code>${gate.code}</code> for ${duration(nowMs - gate.sinceMs)}. ${failures[gate.code].advice}</p>`}
    ${side.dead.map(([lane, count]) => html`<p class="wrong"><a href="/dead-letters?lane=${lane}">${count} dead</a> in ${lane}</p>`)}
    ${calls === null ? null : callsLine(calls)} ${balance === null ? null : balanceLines(balance)}
    ${kind === 'store' ? webhookLines(side.webhooks) : null}
  </section>`
}

function callsLine({ left, limit, users, throttled }: CallsStanding): Html {
  const waiting = throttled === 0 ? '' : `; it has ${throttled} of ${users} users wait`
  return html`<p class="${throttled > 0 ? 'wrong' : ''}">${left} of ${limit} calls a minute left${waiting}</p>`
}

function webhookLines(codes: readonly string[] | null): Html {
  if (codes === null) return html`<p class="hint">Webhooks are not watched: without publicUrl nobody looks.</p>`
  if (codes.length === 0) return html`<p>Webhooks are well.</p>`
  return html`${codes.map((code) => html`<p class="wrong"><code>${code}</code></p>`)}`
}

function balanceLines({ 'paid-but-not-enrolled': paid, 'refunded-but-enrolled': refunded }: BalanceCount): Html {
  return html`<p class="${paid > 0 ? 'wrong' : ''}">${paid} paid but not enrolled</p>
    <p class="${refunded > 0 ? 'wrong' : ''}">${refunded} refunded but enrolled</p>`
}
