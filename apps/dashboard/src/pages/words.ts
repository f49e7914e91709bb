import type { Enrolment, GateState, ItemState } from '@seatkeeper/core'
import { html, type Html } from '../html.ts'

const dateTime = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium', timeZone: 'UTC' })

const toTheMinute = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
  timeZone: 'UTC',
})

/** A moment, in UTC, as in the logs. */
export function moment(atMs: number): Html {
  const at = new Date(atMs)
  return html`<time datetime="${at.toISOString()}">${dateTime.format(at)} UTC</time>`
}

/** A moment to the minute, for tables. */
export function minute(atMs: number): Html {
  const at = new Date(atMs)
  return html`<time datetime="${at.toISOString()}">${toTheMinute.format(at)} UTC</time>`
}

/** A length of time in its largest unit: `40 s`, `12 min`, `3 h`, `2 days`. */
export function duration(ms: number): string {
  const seconds = Math.max(Math.round(ms / 1000), 0)
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3600) return `${Math.round(seconds / 60)} min`
  return seconds < 48 * 3600 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} days`
}

/** Where an item stands, as a badge that says it in words and in colour. */
export function statusBadge({ status, discarded }: Pick<ItemState, 'status' | 'discarded'>): Html {
  return discarded === null
    ? html`<span class="badge ${status}">${status}</span>`
    : html`<span class="badge withdrawn">given up</span>`
}

/** How a gate stands. */
export function gateBadge({ state }: GateState): Html {
  return html`<span class="badge ${state}">${state}</span>`
}

/** What the LMS holds or should hold. */
export function enrolment({ isActive, mode }: Enrolment): string {
  if (mode === null) return 'no row'
  return isActive ? mode : `${mode}, not active`
}

/** Where an item's page is. */
export function itemLink(id: string): Html {
  return html`<a href="/items/${encodeURIComponent(id)}"><code>${id}</code></a>`
}
