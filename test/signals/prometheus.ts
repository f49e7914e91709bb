import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../e2e/free-port.ts'
import { until } from '../e2e/until.ts'
import { rulesFile } from './questions.ts'

/** One series of an answer, as it is now. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** One series over time; where there is no number, there is no point. */
export interface Series {
  readonly labels: Readonly<Record<string, string>>
  readonly points: ReadonlyMap<number, number>
}

/** Moments that a query is asked for, seconds since 1970. */
export interface Moments {
  readonly from: number
  readonly to: number
  readonly step: number
}

/** A rule as Prometheus has it. */
export interface RuleHealth {
  readonly name: string
  readonly health: string
  readonly lastError?: string
}

/** A Prometheus of our own, of the package `prometheus`. */
export interface PrivatePrometheus {
  /** @throws Error with Prometheus' own words where it does not take the query. */
  query(expr: string): Promise<readonly Sample[]>
  /** The same at several moments. */
  queryOver(expr: string, moments: Moments): Promise<readonly Series[]>
  rules(): Promise<readonly RuleHealth[]>
  close(): Promise<void>
}

/** Starts a Prometheus on loopback that asks ports of loopback five times a second; its data is deleted at the end. */
export async function startPrometheus(metricsPorts: readonly number[]): Promise<PrivatePrometheus> {
  const folder = mkdtempSync(join(tmpdir(), 'seatkeeper-prometheus-'))
  const port = await freePort()
  const config = join(folder, 'prometheus.yml')
  writeFileSync(config, configOf(metricsPorts))
  const flags = [`--config.file=${config}`, `--storage.tsdb.path=${folder}/data`, '--log.level=warn']
  const child = spawn('prometheus', [...flags, `--web.listen-address=127.0.0.1:${port}`], {
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  await once(child, 'spawn')
  const ended = once(child, 'exit')
  const base = `http://127.0.0.1:${port}`
  await until('Prometheus is ready', () => child.exitCode !== null || isReady(base), { withinMs: 120_000 })
  return {
    query: async (expr) => {
      const { result } = await ask<{ readonly result: readonly RawSample[] }>(base, 'query', { query: expr })
      return result.map(({ metric, value: [, text] }) => ({ labels: metric, value: Number(text) }))
    },
    queryOver: async (expr, { from, to, step }) => {
      const asked = { query: expr, start: `${from}`, end: `${to}`, step: `${step}` }
      const { result } = await ask<{ readonly result: readonly RawSeries[] }>(base, 'query_range', asked)
      return result.map(({ metric, values }) => ({
        labels: metric,
        points: new Map(
          values.map(([at, text]) => [at, Number(text)] as const).filter(([, value]) => Number.isFinite(value)),
        ),
      }))
    },
    rules: async () => {
      const { groups } = await ask<{ readonly groups: readonly { readonly rules: readonly RuleHealth[] }[] }>(
        base,
        'rules',
      )
      return groups.flatMap((group) => group.rules)
    },
    close: async () => {
      child.kill('SIGTERM')
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

interface RawSample {
  readonly metric: Readonly<Record<string, string>>
  readonly value: readonly [atSeconds: number, value: string]
}

interface RawSeries {
  readonly metric: Readonly<Record<string, string>>
  readonly values: readonly (readonly [atSeconds: number, value: string])[]
}

function configOf(metricsPorts: readonly number[]): string {
  return JSON.stringify({
    global: { scrape_interval: '200ms', scrape_timeout: '200ms', evaluation_interval: '1s' },
    rule_files: [rulesFile],
    scrape_configs: [
      { job_name: 'seatkeeper', static_configs: [{ targets: metricsPorts.map((port) => `127.0.0.1:${port}`) }] },
    ],
  })
}

async function isReady(base: string): Promise<boolean> {
  return fetch(`${base}/-/ready`).then(
    ({ ok }) => ok,
    () => false,
  )
}

async function ask<Data>(base: string, what: string, query: Readonly<Record<string, string>> = {}): Promise<Data> {
  const response = await fetch(`${base}/api/v1/${what}?${new URLSearchParams(query).toString()}`)
  const answer = (await response.json()) as { readonly data?: Data; readonly error?: string }
  if (answer.data === undefined) throw new Error(answer.error ?? `Prometheus answers ${response.status}`)
  return answer.data
}
