import { createHash } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { startCollector, type CollectorSimulator } from '@seatkeeper/simulators'
import { z } from 'zod'
import { createOtlpTracing } from './otlp-tracing.ts'
import { keptShare, tracesUrl, tracingSettings } from './tracing-settings.ts'
import { noTracing, type ToldSpan } from './tracing.ts'

const settings = (env: Record<string, string>) => z.object(tracingSettings).parse(env)
const change = '0193a5f2c07e4b1d9c33d7d0a1f0b2c4'
const told: ToldSpan = { name: 'told', fields: { word: 'a' }, failure: null, durationMs: 40 }

let collector: CollectorSimulator
let heard: string[]
beforeEach(async () => {
  collector = await startCollector()
  heard = []
})
afterEach(() => collector.stop())

function open({ share = 1, closeWithinMs = 60_000, gatherMs = 5000 } = {}) {
  return createOtlpTracing({
    url: `${collector.url}/v1/traces`,
    service: 'tested',
    keptShare: share,
    onFailing: (code) => heard.push(code),
    onSent: () => heard.push('sent'),
    closeWithinMs,
    gatherMs,
  })
}

function idOf(index: number): string {
  return createHash('sha256').update(`${index}`).digest('hex').slice(0, 32)
}

const spanOf = (name: string) => collector.spans.find((span) => span.name === name)

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await pause(5)
}

describe('tracesUrl', () => {
  it.each([
    [{}, undefined],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://otel:4318' }, 'http://otel:4318/v1/traces'],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'https://otel.example.org/at/' }, 'https://otel.example.org/at/v1/traces'],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://otel:4318/x' }, 'http://otel:4318/x'],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://otel:4318', OTEL_SDK_DISABLED: 'true' }, undefined],
  ])('of %j is %s', (env, url) => {
    expect(tracesUrl(settings(env))).toBe(url)
  })
})

describe('tracingSettings', () => {
  it.each([
    { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' },
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'otel:4317' },
    { OTEL_TRACES_SAMPLER: 'xray' },
    { OTEL_TRACES_SAMPLER_ARG: '10' },
  ])('refuse %j, which would send nothing, or not what was meant', (env) => {
    expect(z.object(tracingSettings).safeParse(env).success).toBe(false)
  })
})

describe('keptShare', () => {
  it.each([
    [{}, 1],
    [{ OTEL_TRACES_SAMPLER_ARG: '0.2' }, 1],
    [{ OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.2' }, 0.2],
  ])('of %j is %s', (env, share) => {
    expect(keptShare(settings(env))).toBe(share)
  })
})

describe('createOtlpTracing', () => {
  it('makes news, attempts and calls of a change one trace with its id', async () => {
    const [one, other] = [open(), open()]
    one.news(change, told)
    await other.attempt({ name: 'process a.b', change }, async () => {
      other.call({ ...told, name: 'GET /' })
      other.describe({ done: true }, 'LMS_ERROR')
    })
    await Promise.all([one.close(), other.close()])
    const attempt = collector.spans.find(({ name }) => name === 'process a.b')
    const byName = collector.spans.toSorted((a, b) => a.kind - b.kind)
    const root = change.slice(16)
    expect(byName).toMatchObject([
      { kind: 2, name: 'told', traceId: change, spanId: root, parentSpanId: '', attributes: { word: 'a' } },
      { kind: 3, name: 'GET /', traceId: change, parentSpanId: attempt?.spanId },
      {
        kind: 5,
        traceId: change,
        parentSpanId: root,
        attributes: { done: true, 'error.type': 'LMS_ERROR' },
        status: 2,
      },
    ])
    expect(byName.map(({ service }) => service)).toEqual(['tested', 'tested', 'tested'])
    expect(byName[0]).toMatchObject({ startMs: expect.closeTo((byName[0]?.endMs ?? 0) - 40, 0) })
  })

  it('tells apart attempts that run side by side', async () => {
    const tracing = open()
    const bothRun = Promise.withResolvers<void>()
    const run = (name: string) =>
      tracing.attempt({ name, change: null }, async () => {
        await bothRun.promise
        tracing.call({ ...told, name: `of ${name}` })
      })
    const all = [run('a'), run('b')]
    bothRun.resolve()
    await Promise.all(all)
    await tracing.close()
    expect(spanOf('of a')).toMatchObject({ traceId: spanOf('a')?.traceId, parentSpanId: spanOf('a')?.spanId })
    expect(spanOf('of b')).toMatchObject({ traceId: spanOf('b')?.traceId, parentSpanId: spanOf('b')?.spanId })
    expect(spanOf('a')?.traceId).not.toBe(spanOf('b')?.traceId)
  })

  it('links news that an attempt came upon to the attempt', async () => {
    const tracing = open()
    await tracing.attempt({ name: 'a', change: null }, async () => tracing.news(change, told))
    await tracing.close()
    const { traceId, spanId } = spanOf('a') ?? {}
    expect(spanOf('told')).toMatchObject({ traceId: change, parentSpanId: '', links: [{ traceId, spanId }] })
    expect(traceId).not.toBe(change)
  })

  it('does not count what ends later as part of the attempt that began it', async () => {
    const tracing = open()
    const later = Promise.withResolvers<void>()
    let ended = Promise.resolve()
    await tracing.attempt({ name: 'a', change }, async () => {
      ended = later.promise.then(() => tracing.call(told))
    })
    later.resolve()
    await ended
    await tracing.close()
    expect(collector.spans.find(({ name }) => name === 'told')).toMatchObject({ parentSpanId: '' })
  })

  it('keeps the same traces in every process', async () => {
    const [one, other] = [open({ share: 0.5 }), open({ share: 0.5 })]
    const changes = Array.from({ length: 200 }, (_, index) => idOf(index))
    for (const each of changes) {
      one.news(each, told)
      await other.attempt({ name: 'a', change: each }, async () => other.call(told))
    }
    await Promise.all([one.close(), other.close()])
    const kept = new Map(
      changes.map((each) => [each, collector.spans.filter(({ traceId }) => traceId === each).length]),
    )
    expect(new Set(kept.values())).toEqual(new Set([0, 3]))
  })

  it('says once that spans are lost, and once that they arrive again', async () => {
    const tracing = open({ gatherMs: 1 })
    for (const answer of [400, 400, 200, 200]) {
      const requests = collector.requests()
      collector.answer = answer
      tracing.news(change, told)
      await until(() => collector.requests() > requests)
    }
    await tracing.close()
    expect(heard).toEqual(['400', 'sent'])
  })

  it('closes although the collector never answers', async () => {
    collector.answer = null
    const tracing = open({ closeWithinMs: 50 })
    tracing.news(change, told)
    await tracing.close()
    expect(collector.spans).toEqual([])
  })

  it('hands on what an attempt comes to at once, whatever the collector does', async () => {
    collector.answer = null
    const tracing = open({ gatherMs: 1, closeWithinMs: 50 })
    for (const each of [tracing, noTracing]) {
      expect(await each.attempt({ name: 'a', change }, async () => 7)).toBe(7)
      await expect(each.attempt({ name: 'a', change }, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
    }
    await tracing.close()
  })
})
