import type { News, OnRequest } from '@seatkeeper/core'
import { newChange, type Acceptance } from '@seatkeeper/fulfilment'
import type { AroundAttempt, AttemptReport } from '@seatkeeper/queue'
import type { SpanFields, Tracing } from '@seatkeeper/service'
import { resultOf } from './attempt-signals.ts'

/** Spans for attempts, and for what they ask of LMSs and shops. */
export interface TraceSignals {
  readonly aroundAttempt: AroundAttempt
  /** To be told while the attempt still runs. */
  readonly onAttempt: (report: AttemptReport) => void
  /** Nobody is told of requests where there are no traces. */
  readonly requestsTo: (of: SpanFields) => { readonly onRequest?: OnRequest }
  /** Tells of news that no webhook brought, where something comes of it. */
  readonly telling: (accept: AcceptNews) => AcceptNews
}

type AcceptNews = (news: News) => Promise<Acceptance>

export function traceSignals(tracing: Tracing): TraceSignals {
  if (!tracing.isOn) return noTraceSignals
  return {
    aroundAttempt: ({ lane, change }, run) => tracing.attempt({ name: `process ${lane}`, change }, run),
    onAttempt: (report) => tracing.describe(fieldsOf(report), report.end === 'failed' ? report.code : null),
    requestsTo: (of) => ({
      onRequest: ({ method, route, endpoint, status, code, durationMs }) =>
        tracing.call({
          name: `${method} ${route}`,
          fields: {
            ...of,
            'seatkeeper.endpoint': endpoint,
            'http.request.method': method,
            'url.template': route,
            ...(status !== null && { 'http.response.status_code': status }),
          },
          failure: code,
          durationMs,
        }),
    }),
    telling: (accept) => async (news) => {
      if (news.kind === 'nothing') return accept(news)
      const { change = newChange() } = news
      const beganAtMs = performance.now()
      const result = await accept({ ...news, change })
      if (result === 'same' || result === 'nothing') return result
      const fields = { 'seatkeeper.change': change, 'seatkeeper.store': storeOf(news), 'seatkeeper.result': result }
      tracing.news(change, { name: 'reconcile', fields, failure: null, durationMs: performance.now() - beganAtMs })
      return result
    },
  }
}

const noTraceSignals: TraceSignals = {
  aroundAttempt: (_attempt, run) => run(),
  onAttempt: () => undefined,
  requestsTo: () => ({}),
  telling: (accept) => accept,
}

function storeOf(news: Exclude<News, { kind: 'nothing' }>): string {
  return news.kind === 'hint' ? news.store : news.snapshot.store
}

/** In the words of OpenTelemetry's conventions where it has some. */
function fieldsOf(report: AttemptReport): SpanFields {
  const { lane, job, item, generation, change, sinceWokenMs, waitedMs, calls } = report
  return {
    'messaging.system': 'bullmq',
    'messaging.operation.type': 'process',
    'messaging.destination.name': lane,
    'messaging.message.id': job,
    'seatkeeper.result': resultOf(report),
    'seatkeeper.since_woken_ms': sinceWokenMs,
    'seatkeeper.waited_ms': waitedMs,
    ...(item !== null && { 'seatkeeper.item': item }),
    ...(generation !== null && { 'seatkeeper.generation': generation }),
    ...(change !== null && { 'seatkeeper.change': change }),
    ...(calls !== null && { 'seatkeeper.calls': calls }),
    ...(report.end === 'failed' && { 'seatkeeper.verdict': report.failure.verdict }),
  }
}
