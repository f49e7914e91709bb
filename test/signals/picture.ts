import { openChromium } from '@seatkeeper/dashboard/fixture'
import { picturePage, type FilledPanel } from './picture-page.ts'
import type { Moments, PrivatePrometheus, Series } from './prometheus.ts'
import { readPanels, type Panel } from './questions.ts'

/** What Grafana's variable stands for, at five looks a second. */
const rateInterval = '10s'

/**
 * Draws our dashboard with what a Prometheus has, into a PNG file: its own panels, places, queries, units and colours, by the library
 * that Grafana draws with. Grafana itself is not needed.
 */
export async function drawDashboard(prometheus: PrivatePrometheus, moments: Moments, file: string): Promise<void> {
  const at = momentsOf(moments)
  const panels = await Promise.all(readPanels().map((panel) => fill(panel, prometheus, moments, at)))
  const browser = await openChromium()
  try {
    await browser.page.setViewportSize({ width: 1400, height: 900 })
    await browser.page.setContent(picturePage(panels, at))
    await browser.page.screenshot({ path: file, fullPage: true })
    const complaints = browser.complaints()
    if (complaints.length > 0) throw new Error(`the picture complains: ${complaints.join('; ')}`)
  } finally {
    await browser.close()
  }
}

function momentsOf({ from, to, step }: Moments): readonly number[] {
  return Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, index) => from + index * step)
}

async function fill(
  { title, type, gridPos, targets, fieldConfig }: Panel,
  prometheus: PrivatePrometheus,
  moments: Moments,
  at: readonly number[],
): Promise<FilledPanel> {
  const { unit, thresholds, custom } = fieldConfig.defaults
  const asked = targets.map(async ({ expr, legendFormat = '' }) => {
    const found = await prometheus.queryOver(expr.replaceAll('$__rate_interval', rateInterval), moments)
    return found.map((series) => ({ name: nameOf(series, legendFormat), values: valuesOf(series, at) }))
  })
  const series = (await Promise.all(asked)).flat()
  const latest = series[0]?.values.findLast((value) => value !== null) ?? 0
  const passed = thresholds?.steps.filter(({ value }) => value === null || value <= latest)
  return {
    title,
    type,
    gridPos,
    unit,
    series,
    color: passed?.at(-1)?.color ?? null,
    isStacked: custom?.stacking.mode === 'normal',
    fillOpacity: custom?.fillOpacity ?? 0,
  }
}

/** As Grafana fills it in: `{{lane}}` is the label of that name. */
function nameOf({ labels }: Series, format: string): string {
  return format.replaceAll(/\{\{\s*(\w+)\s*\}\}/g, (_, label: string) => labels[label] ?? '')
}

function valuesOf({ points }: Series, at: readonly number[]): readonly (number | null)[] {
  return at.map((moment) => points.get(moment) ?? null)
}
