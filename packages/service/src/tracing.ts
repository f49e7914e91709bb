import type { Logger } from './logger.ts'
import { keptShare, tracesUrl, type TracingSettings } from './tracing-settings.ts'

/** What a span says; nothing in it names a person or holds a secret. */
export type SpanFields = Readonly<Record<string, string | number | boolean>>

/** A stretch of time that just ended. */
export interface ToldSpan {
  /** One of few: no ids. */
  readonly name: string
  readonly fields: SpanFields
  /** The code of what went wrong; null where nothing did. */
  readonly failure: string | null
  readonly durationMs: number
}

/** An attempt that begins. */
export interface BegunAttempt {
  readonly name: string
  /** The change of an order that it is about, which is the id of its trace; one without has a trace of its own. */
  readonly change: string | null
}

/**
 * Shows what is done and how long it takes, in traces that have the id of the change of an order.
 *
 * The span of the news of a change has the last half of its id for an id, so that attempts in other processes are known as
 * its parts without being told of it. Nothing here waits for a collector, or throws.
 */
export interface Tracing {
  readonly isOn: boolean
  /** The news of a change that just came; its span is the root of the trace. */
  news(change: string, span: ToldSpan): void
  /** Runs an attempt. */
  attempt<Result>(begun: BegunAttempt, run: () => Promise<Result>): Promise<Result>
  /** Says of the attempt that runs what it is and how it ends. */
  describe(fields: SpanFields, failure: string | null): void
  /** A call that just ended; part of the attempt that runs, else a trace of its own. */
  call(span: ToldSpan): void
  /** Sends what is left, for two seconds at most. */
  close(): Promise<void>
}

/** Shows nothing. */
export const noTracing: Tracing = {
  isOn: false,
  news: () => undefined,
  attempt: (_begun, run) => run(),
  describe: () => undefined,
  call: () => undefined,
  close: () => Promise.resolve(),
}

/** Opens what the settings ask for; OpenTelemetry is loaded only where they ask for traces. */
export async function openTracing(settings: TracingSettings, service: string, log: Logger): Promise<Tracing> {
  const url = tracesUrl(settings)
  if (url === undefined) return noTracing
  const { createOtlpTracing } = await import('./otlp-tracing.ts')
  return createOtlpTracing({
    url,
    service: settings.OTEL_SERVICE_NAME ?? `seatkeeper-${service}`,
    keptShare: keptShare(settings),
    onFailing: (code) => log.warn('trace.export-failing', { code }),
    onSent: () => log.info('trace.export-recovered'),
  })
}
