import type { Beats } from '@seatkeeper/ledger'
import type { Tone } from '../answer.ts'
import { html, type Html } from '../html.ts'
import { duration } from './words.ts'

/** What was done in the last day, how long it took, and what failed, ten minutes by ten minutes. */
export function plots(pulse: readonly Beats[]): Html {
  const [done, failed] = [sum(pulse.map((beats) => beats.done)), sum(pulse.map((beats) => beats.failed))]
  const longest = pulse.map(({ longestMs }) => longestMs)
  return html`<h2>The last day</h2>
    <div class="plots">
      ${plot({ name: 'Done', total: String(done), tone: 'good', values: pulse.map((beats) => beats.done) })}
      ${plot({ name: 'Longest way', total: duration(Math.max(...longest)), tone: 'busy', values: longest })}
      ${plot({ name: 'Failed', total: String(failed), tone: 'bad', values: pulse.map((beats) => beats.failed) })}
    </div>
    <p class="hint">
      Attempts of orders and seats, as workers tell them every ten seconds. The longest way is from a wake-up to the
      LMS’s answer.
    </p>`
}

interface Plot {
  readonly name: string
  /** All of it in words. */
  readonly total: string
  readonly tone: Tone
  readonly values: readonly number[]
}

const height = 40

function plot({ name, total, tone, values }: Plot): Html {
  return html`<figure class="plot ${tone}">
    <figcaption>${name} <strong>${total}</strong></figcaption>
    <svg
      viewBox="0 0 ${values.length} ${height}"
      preserveAspectRatio="none"
      role="img"
      aria-label="${name} in the last day: ${total}"
    >
      <line x1="0" x2="${values.length}" y1="${height}" y2="${height}" vector-effect="non-scaling-stroke" />
      <path d="${barsOf(values)}" />
    </svg>
    <p class="axis"><span>24 h ago</span><span>now</span></p>
  </figure>`
}

/** One bar for each value; the highest is as high as the plot, and what is there at all can be seen. */
function barsOf(values: readonly number[]): string {
  const most = Math.max(...values, 1)
  return values
    .map((value, index) =>
      value === 0 ? '' : `M${index} ${height}v-${Math.max((value / most) * height, 1.5).toFixed(1)}h.85V${height}z`,
    )
    .join('')
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
