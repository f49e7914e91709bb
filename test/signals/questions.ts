import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { root } from '../command.ts'

/** One rule of ours for Prometheus, as far as it matters here. */
export interface Rule {
  readonly alert?: string
  readonly record?: string
  readonly expr: string
  readonly annotations?: { readonly summary: string; readonly runbook: string }
}

/** One panel of our dashboard for Grafana, as far as it matters here. */
export interface Panel {
  readonly title: string
  readonly type: 'stat' | 'timeseries'
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number }
  readonly targets: readonly { readonly expr: string; readonly legendFormat?: string }[]
  readonly fieldConfig: {
    readonly defaults: {
      readonly unit: string
      readonly thresholds?: { readonly steps: readonly { readonly color: string; readonly value: number | null }[] }
      readonly custom?: { readonly fillOpacity: number; readonly stacking: { readonly mode: string } }
    }
  }
}

/** A query whose answer somebody is to see. */
export interface Question {
  readonly of: string
  readonly expr: string
}

export const rulesFile = join(root, 'docker/prometheus/seatkeeper.rules.yml')

export function readRules(): readonly Rule[] {
  const { groups } = parse(readFileSync(rulesFile, 'utf8')) as {
    readonly groups: readonly { readonly rules: readonly Rule[] }[]
  }
  return groups.flatMap((group) => group.rules)
}

export function readPanels(): readonly Panel[] {
  const file = join(root, 'docker/grafana/seatkeeper.json')
  return (JSON.parse(readFileSync(file, 'utf8')) as { readonly panels: readonly Panel[] }).panels
}

/** Every query of the dashboard, and every series that is recorded. Grafana's own variable becomes a minute. */
export function questions(): readonly Question[] {
  const ofPanels = readPanels().flatMap(({ title, targets }) => targets.map(({ expr }) => ({ of: title, expr })))
  const recorded = readRules().flatMap(({ record }) => (record === undefined ? [] : [{ of: 'recorded', expr: record }]))
  return [...ofPanels, ...recorded].map(({ of, expr }) => ({ of, expr: expr.replaceAll('$__rate_interval', '1m') }))
}
