import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { root } from '../command.ts'
import { readPanels, readRules, rulesFile } from '../signals/questions.ts'
import { hasPromtool } from './promtool.ts'

const read = (name: string) => readFileSync(join(root, name), 'utf8')
const rules = readRules()
const alerts = rules.flatMap(({ alert, annotations }) => (alert === undefined ? [] : [{ alert, annotations }]))
const panels = readPanels()

const recorded = new Set(rules.map(({ record }) => record))
const counted = new Map(
  [...read('docs/metrics.md').matchAll(/^\| `(\w+)` +\| (\w+)/gm)].map(([, name = '', kind = '']) => [name, kind]),
)

/** Names in a query that nothing counts or records. */
function unknownIn(expr: string): readonly string[] {
  return [...expr.matchAll(/seatkeeper[\w:]+/g)]
    .map(([name]) => name)
    .filter((name) => !recorded.has(name) && !counted.has(name))
    .filter((name) => counted.get(name.replace(/_(bucket|sum|count)$/, '')) !== 'histogram')
}

describe('the rules for Prometheus', () => {
  it('ask only for what is counted or recorded', () => {
    expect(rules.length).toBeGreaterThan(10)
    expect(rules.flatMap(({ expr }) => unknownIn(expr))).toEqual([])
    expect(unknownIn('rate(seatkeeper_nothing_total[5m])')).toEqual(['seatkeeper_nothing_total'])
  })

  it('lead from each alert to its runbook, and have an alert for each runbook', () => {
    const headings = [...read('docs/runbooks.md').matchAll(/^## (Seatkeeper\w+)$/gm)].map(([, heading]) => heading)
    expect(headings).toEqual(alerts.map(({ alert }) => alert))
    for (const { alert, annotations } of alerts)
      expect(annotations?.runbook).toBe(`docs/runbooks.md#${alert.toLowerCase()}`)
  })
})

const describeWithPromtool = hasPromtool() ? describe : describe.skip

describeWithPromtool('the rules for Prometheus, by promtool (of the package prometheus)', () => {
  it('are taken', () => {
    const { status, stderr } = spawnSync('promtool', ['check', 'rules', rulesFile], { encoding: 'utf8' })
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  })
})

describe('the dashboard for Grafana', () => {
  it('asks only for what is counted', () => {
    expect(panels.length).toBeGreaterThan(10)
    expect(panels.flatMap(({ targets }) => targets).flatMap(({ expr }) => unknownIn(expr))).toEqual([])
  })
})
