import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Panel } from './questions.ts'

/** A panel with what its queries came to. */
export interface FilledPanel extends Pick<Panel, 'title' | 'type' | 'gridPos'> {
  readonly unit: string
  /** Of the latest value, for a single figure. */
  readonly color: string | null
  readonly isStacked: boolean
  readonly fillOpacity: number
  readonly series: readonly { readonly name: string; readonly values: readonly (number | null)[] }[]
}

const require = createRequire(import.meta.url)
const uplot = (file: string) => readFileSync(require.resolve(`uplot/dist/${file}`), 'utf8')

const style = `
body { margin: 0; padding: 8px; background: #f4f5f5; color: #24292e; font: 12px system-ui, sans-serif; }
main { display: grid; grid-template-columns: repeat(24, 1fr); grid-auto-rows: 30px; gap: 8px; }
section { display: flex; flex-direction: column; padding: 4px 8px; background: #fff; border: 1px solid #e4e5e6; border-radius: 2px; overflow: hidden; }
h2 { margin: 2px 0; font-size: 13px; font-weight: 500; }
.plot { flex: 1; min-height: 0; }
.figure { flex: 1; display: grid; place-items: center; font-size: 34px; font-weight: 500; color: #fff; }
.figure.green { background: #56a64b; }
.figure.orange { background: #ff780a; }
.legend { display: flex; flex-wrap: wrap; gap: 0 12px; }
.legend i { display: inline-block; width: 10px; height: 3px; margin-right: 4px; vertical-align: middle; }
.u-legend { display: none; }
`

/** Runs in the browser: draws what it finds in `panels` at the moments in `at`. */
const script = String.raw`
const colors = ['#56a64b', '#f2cc0c', '#3274d9', '#ff780a', '#e02f44', '#a352cc', '#37872d', '#1f60c4', '#c4162a', '#8f3bb8', '#5794f2', '#e0b400']
const seconds = (value) => (value < 1 ? Math.round(value * 1000) + ' ms' : +value.toPrecision(3) + ' s')
const formats = {
  s: seconds,
  percentunit: (value) => +(value * 100).toPrecision(2) + ' %',
  bytes: (value) => (value < 1e6 ? (value / 1024).toFixed(0) + ' KiB' : (value / 1048576).toFixed(1) + ' MiB'),
  reqps: (value) => +value.toPrecision(3) + ' req/s',
  ops: (value) => +value.toPrecision(3) + ' ops/s',
  short: (value) => String(+value.toPrecision(4)),
}
const clock = (moment) => new Date(moment * 1000).toISOString().slice(11, 19)
function add(parent, name, words = '', text = '') {
  const element = parent.appendChild(document.createElement(name))
  element.className = words
  element.textContent = text
  return element
}
function stacked(series) {
  const sums = at.map(() => 0)
  return series.map(({ values }) => values.map((value, index) => (sums[index] += value ?? 0)))
}
function draw(place, { series, isStacked, fillOpacity }, format) {
  const lines = isStacked ? stacked(series).reverse() : series.map(({ values }) => values)
  const colorOf = (index) => colors[(isStacked ? series.length - 1 - index : index) % colors.length]
  const opacity = Math.round((isStacked ? 100 : fillOpacity) * 2.55).toString(16).padStart(2, '0')
  new uPlot(
    {
      width: place.clientWidth,
      height: place.clientHeight,
      cursor: { show: false },
      scales: { y: { range: (_, low, high) => [0, high > 0 ? high * 1.1 : 1] } },
      axes: [{ grid: { stroke: '#eee' }, space: 90, values: (_, ticks) => ticks.map(clock) }, { grid: { stroke: '#eee' }, size: 70, values: (_, ticks) => ticks.map(format) }],
      series: [{}, ...lines.map((_, index) => ({ stroke: colorOf(index), fill: colorOf(index) + opacity, width: 1, points: { show: false } }))],
    },
    [at, ...lines],
    place,
  )
}
for (const panel of panels) {
  const { x, y, w, h } = panel.gridPos
  const section = add(document.querySelector('main'), 'section')
  section.style.gridArea = [y + 1, x + 1, 'span ' + h, 'span ' + w].join(' / ')
  add(section, 'h2', '', panel.title)
  const format = formats[panel.unit] ?? formats.short
  if (panel.type === 'stat') {
    const latest = panel.series[0]?.values.findLast((value) => value !== null)
    add(section, 'div', 'figure ' + panel.color, latest === undefined ? 'No data' : format(latest))
    continue
  }
  const place = add(section, 'div', 'plot')
  const legend = add(section, 'div', 'legend')
  panel.series.forEach(({ name }, index) => {
    const entry = add(legend, 'span', '', name)
    entry.prepend(document.createElement('i'))
    entry.firstChild.style.background = colors[index % colors.length]
  })
  draw(place, panel, format)
}
`

/** A page that looks about as Grafana does, and needs nothing from anywhere. */
export function picturePage(panels: readonly FilledPanel[], at: readonly number[]): string {
  const data = `const panels = ${embedded(panels)}, at = ${embedded(at)}`
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Seatkeeper</title>
<style>${uplot('uPlot.min.css')}${style}</style><main></main>
<script>${uplot('uPlot.iife.min.js')}</script><script>${data};${script}</script></html>`
}

function embedded(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', String.raw`\u003c`)
}
