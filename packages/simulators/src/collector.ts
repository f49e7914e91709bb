import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { json } from 'node:stream/consumers'
import { z } from 'zod'

/** A span as it was received, its attributes and those of its service by name. */
export interface CollectedSpan {
  readonly service: string
  readonly name: string
  readonly traceId: string
  readonly spanId: string
  /** Empty for the root of a trace. */
  readonly parentSpanId: string
  /** 2 is server, 3 client, 5 consumer. */
  readonly kind: number
  readonly startMs: number
  readonly endMs: number
  readonly attributes: Readonly<Record<string, unknown>>
  /** 2 is an error. */
  readonly status: number
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[]
}

/** An OpenTelemetry collector that takes traces as JSON over HTTP. */
export interface CollectorSimulator {
  readonly url: string
  readonly spans: readonly CollectedSpan[]
  /** All that was sent, as it came. */
  readonly received: () => string
  /** Requests so far, unanswered ones included. */
  readonly requests: () => number
  /** What is answered from now on; null is nothing, until it stops. */
  answer: number | null
  stop(): Promise<void>
}

/** @see https://opentelemetry.io/docs/specs/otlp/#otlphttp */
export async function startCollector(): Promise<CollectorSimulator> {
  const spans: CollectedSpan[] = []
  const held: ServerResponse[] = []
  let [received, requests] = ['', 0]
  const server = createServer((request, response) => {
    const take = async () => {
      requests += 1
      const { answer } = collector
      const sent = await json(request)
      if (answer === null) {
        held.push(response)
        return
      }
      const isRight = request.method === 'POST' && request.url === '/v1/traces'
      const status = isRight ? answer : 404
      if (status === 200) {
        received += JSON.stringify(sent)
        spans.push(...spansOf(Export.parse(sent)))
      }
      response.writeHead(status, { 'content-type': 'application/json' }).end('{}')
    }
    take().catch(() => response.writeHead(400).end())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the collector has no port')
  const collector: CollectorSimulator = {
    url: `http://127.0.0.1:${address.port}`,
    spans,
    received: () => received,
    requests: () => requests,
    answer: 200,
    stop: async () => {
      for (const response of held) response.writeHead(400).end()
      server.close()
      server.closeIdleConnections()
      await once(server, 'close')
    },
  }
  return collector
}

const Attributes = z.array(z.object({ key: z.string(), value: z.record(z.string(), z.unknown()) }))

const Span = z.object({
  name: z.string(),
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().default(''),
  kind: z.int(),
  startTimeUnixNano: z.string(),
  endTimeUnixNano: z.string(),
  attributes: Attributes,
  status: z.object({ code: z.int().default(0) }),
  links: z.array(z.object({ traceId: z.string(), spanId: z.string() })).default([]),
})

/** What of an export is read here. @see opentelemetry-proto, `opentelemetry/proto/trace/v1/trace.proto` */
const Export = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes: Attributes }),
      scopeSpans: z.array(z.object({ spans: z.array(Span) })),
    }),
  ),
})

function spansOf({ resourceSpans }: z.output<typeof Export>): readonly CollectedSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const service = String(valuesOf(resource.attributes)['service.name'])
    return scopeSpans.flatMap(({ spans }) => spans.map((span) => collected(service, span)))
  })
}

function collected(service: string, span: z.output<typeof Span>): CollectedSpan {
  const { startTimeUnixNano, endTimeUnixNano, attributes, status, ...same } = span
  return {
    ...same,
    service,
    startMs: Number(startTimeUnixNano) / 1e6,
    endMs: Number(endTimeUnixNano) / 1e6,
    attributes: valuesOf(attributes),
    status: status.code,
  }
}

function valuesOf(attributes: z.output<typeof Attributes>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]))
}
