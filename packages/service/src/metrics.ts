import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client'

/** What a metric counts and what each of its labels means. Label values never name a person. */
export interface MetricOf<Label extends string> {
  /** After `seatkeeper_`, which is put before it; ends in its unit. */
  readonly name: string
  readonly help: string
  /** Each label with what it stands for. */
  readonly labels: Readonly<Record<Label, string>>
}

/** One metric of the generated reference. */
export interface MetricRow extends MetricOf<string> {
  readonly kind: 'counter' | 'gauge' | 'histogram'
}

/** The metrics of one process: ours, defined by those who count, beside those of Node itself. */
export interface Metrics {
  counter<Label extends string>(of: MetricOf<Label>): Counter<Label>
  gauge<Label extends string>(of: MetricOf<Label>): Gauge<Label>
  /** `buckets` are upper bounds, ascending, in the unit of the name. */
  histogram<Label extends string>(of: MetricOf<Label> & { readonly buckets: readonly number[] }): Histogram<Label>
  /** Everything counted so far, in Prometheus' text format. */
  text(): Promise<string>
  readonly contentType: string
  /** Our own metrics, in the order of their definition. */
  rows(): readonly MetricRow[]
}

/** A registry of its own, so that two in one process (as in tests) do not meet. */
export function createMetrics(): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  for (const name of misnamed) registry.removeSingleMetric(name)
  const rows: MetricRow[] = []
  const define = <Label extends string>(kind: MetricRow['kind'], { name, help, labels }: MetricOf<Label>) => {
    const fullName = `seatkeeper_${name}`
    rows.push({ kind, name: fullName, help, labels })
    return { name: fullName, help, labelNames: labelNames(labels), registers: [registry] }
  }
  return {
    counter: (of) => new Counter(define('counter', of)),
    gauge: (of) => new Gauge(define('gauge', of)),
    histogram: (of) => new Histogram({ ...define('histogram', of), buckets: [...of.buckets] }),
    text: () => registry.metrics(),
    contentType: registry.contentType,
    rows: () => rows,
  }
}

/** Gauges of prom-client that are named like counters; each stands, by type, under its name without `_total` as well. */
const misnamed = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total']

function labelNames<Label extends string>(labels: Readonly<Record<Label, string>>): Label[] {
  const isLabel = (name: string): name is Label => name in labels
  return Object.keys(labels).filter(isLabel)
}
