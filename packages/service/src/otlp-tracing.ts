import { AsyncLocalStorage } from 'node:async_hooks'
import { hostname } from 'node:os'
import {
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Context,
  type Span,
  type SpanOptions,
} from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources'
import {
  BatchSpanProcessor,
  RandomIdGenerator,
  TraceIdRatioBasedSampler,
  TracerProvider,
  type IdGenerator,
  type SpanExporter,
} from '@opentelemetry/sdk-trace'
import { errorCode } from './error-code.ts'
import type { ToldSpan, Tracing } from './tracing.ts'

/** What traces are made of. */
export interface OtlpTracingParts {
  /** Where spans are posted. */
  readonly url: string
  readonly service: string
  /** 0 to 1. The id of a trace decides, so every process keeps the same ones. */
  readonly keptShare: number
  /** Told once when spans begin to get lost, with the code of the error or the status of the answer. */
  readonly onFailing: (code: string) => void
  /** Told once when they arrive again. */
  readonly onSent: () => void
  /** How long spans wait for others to be sent with; five seconds unless given. */
  readonly gatherMs?: number
  /** How long the end may wait for the collector. */
  readonly closeWithinMs?: number
}

interface Running {
  readonly span: Span
  readonly context: Context
  /** What it began may outlive it, such as a call that others wait for, too. */
  isOver: boolean
}

/**
 * Sends spans to an OpenTelemetry collector by OTLP over HTTP, in batches and in the background.
 *
 * At most 2,048 spans wait; while the collector is away further ones are lost, and nothing else comes of it.
 */
export function createOtlpTracing({ gatherMs = 5000, closeWithinMs = 2000, ...parts }: OtlpTracingParts): Tracing {
  const ids = createIds()
  const exporter = tellingExporter(new OTLPTraceExporter({ url: parts.url }), parts)
  const provider = new TracerProvider({
    resource: resourceFromAttributes({
      'service.name': parts.service,
      'service.instance.id': `${hostname()}-${process.pid}`,
    }).merge(detectResources({ detectors: [envDetector] })),
    sampler: new TraceIdRatioBasedSampler(parts.keptShare),
    idGenerator: ids,
    spanProcessors: [new BatchSpanProcessor({ exporter, scheduledDelayMillis: gatherMs })],
  })
  const tracer = provider.getTracer('seatkeeper')
  const running = new AsyncLocalStorage<Running>()
  const tell = ({ name, fields, failure, durationMs }: ToldSpan, options: SpanOptions, context: Context) => {
    const endMs = Date.now()
    const span = tracer.startSpan(name, { ...options, startTime: endMs - durationMs, attributes: fields }, context)
    noteFailure(span, failure)
    span.end(endMs)
  }
  return {
    isOn: true,
    news: (change, span) => {
      const found = running.getStore()
      const links = found === undefined ? [] : [{ context: found.span.spanContext() }]
      ids.with(rootOf(change), () => tell(span, { kind: SpanKind.SERVER, links }, ROOT_CONTEXT))
    },
    attempt: async ({ name, change }, run) => {
      const parent = change === null ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, rootOf(change))
      const span = tracer.startSpan(name, { kind: SpanKind.CONSUMER }, parent)
      const now: Running = { span, context: trace.setSpan(ROOT_CONTEXT, span), isOver: false }
      try {
        return await running.run(now, run)
      } finally {
        now.isOver = true
        span.end()
      }
    },
    describe: (fields, failure) => {
      const span = running.getStore()?.span.setAttributes(fields)
      if (span !== undefined) noteFailure(span, failure)
    },
    call: (span) => {
      const now = running.getStore()
      tell(span, { kind: SpanKind.CLIENT }, now === undefined || now.isOver ? ROOT_CONTEXT : now.context)
    },
    close: () => endsWithin(closeWithinMs, provider.shutdown()),
  }
}

function noteFailure(span: Span, failure: string | null): void {
  if (failure === null) return
  span.setAttribute('error.type', failure)
  span.setStatus({ code: SpanStatusCode.ERROR, message: failure })
}

/** The span of the news of a change, wherever it was told of. */
function rootOf(change: string) {
  return { traceId: change, spanId: change.slice(16), traceFlags: TraceFlags.SAMPLED, isRemote: true }
}

/** Ids by chance, but for spans that are to have certain ones. */
function createIds() {
  const random = new RandomIdGenerator()
  let wanted: ReturnType<typeof rootOf> | undefined
  const ids: IdGenerator = {
    generateTraceId: () => wanted?.traceId ?? random.generateTraceId(),
    generateSpanId: () => wanted?.spanId ?? random.generateSpanId(),
  }
  const withIds = (root: ReturnType<typeof rootOf>, start: () => void) => {
    wanted = root
    start()
    wanted = undefined
  }
  return { ...ids, with: withIds }
}

/** The same exporter, which says when spans begin to get lost and when they arrive again. */
function tellingExporter(exporter: SpanExporter, { onFailing, onSent }: OtlpTracingParts): SpanExporter {
  let isFailing = false
  const note = (error: Error | undefined, hasFailed: boolean) => {
    if (hasFailed === isFailing) return
    isFailing = hasFailed
    if (hasFailed) onFailing(codeOf(error))
    else onSent()
  }
  return {
    export: (spans, onDone) =>
      exporter.export(spans, (result) => {
        note(result.error, result.error !== undefined)
        onDone(result)
      }),
    forceFlush: async () => exporter.forceFlush?.(),
    shutdown: () => exporter.shutdown(),
  }
}

/** Messages may quote what the collector answered. */
function codeOf(error: Error | undefined): string {
  const status = error !== undefined && 'code' in error ? error.code : undefined
  return errorCode(error) ?? (typeof status === 'number' ? `${status}` : 'unknown')
}

/** Whatever it comes to: what was not sent by then is lost. */
async function endsWithin(ms: number, ending: Promise<void>): Promise<void> {
  const { promise: over, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, ms)
  const ended = ending.catch(() => undefined)
  await Promise.race([ended, over])
  clearTimeout(timer)
}
