import { describe, expect, it } from '@jest/globals'
import { LmsId, OrderId, StoreId, type News } from '@seatkeeper/core'
import type { Acceptance } from '@seatkeeper/fulfilment'
import { noTracing, type ToldSpan, type Tracing } from '@seatkeeper/service'
import { traceSignals } from './trace-signals.ts'

const store = StoreId.parse('shop')
const lms = LmsId.parse('campus')
const hint: News = { kind: 'hint', store, order: OrderId.parse('15'), reason: 'refund' }

/** Tracing that keeps what it is told. */
function recorder() {
  const [news, calls]: [[string, ToldSpan][], ToldSpan[]] = [[], []]
  const tracing: Tracing = {
    ...noTracing,
    isOn: true,
    news: (change, span) => void news.push([change, span]),
    call: (span) => void calls.push(span),
  }
  return { news, calls, tracing }
}

describe('traceSignals, telling', () => {
  it.each(['applied', 'read'] as const)(
    'shows news that are %s under the change that they are kept by',
    async (result) => {
      const { news, tracing } = recorder()
      const accepted: News[] = []
      const accept = async (each: News): Promise<Acceptance> => (accepted.push(each), result)
      expect(await traceSignals(tracing).telling(accept)(hint)).toBe(result)
      const change = news[0]?.[0]
      expect(change).toMatch(/^[0-9a-f]{32}$/)
      expect(accepted).toEqual([{ ...hint, change }])
      expect(news[0]?.[1]).toMatchObject({ fields: { 'seatkeeper.store': 'shop', 'seatkeeper.result': result } })
    },
  )

  it.each(['same', 'nothing'] as const)('shows nothing of news of which comes nothing: %s', async (result) => {
    const { news, tracing } = recorder()
    await traceSignals(tracing).telling(async () => result)(hint)
    expect(news).toEqual([])
  })
})

describe('traceSignals, requestsTo', () => {
  it('shows requests under their route, with the code of what failed', () => {
    const { calls, tracing } = recorder()
    const request = { endpoint: 'readEnrolments', method: 'GET', route: '/list', durationMs: 7 } as const
    const { onRequest } = traceSignals(tracing).requestsTo({ 'seatkeeper.lms': lms })
    onRequest?.({ ...request, status: 429, code: 'LMS_THROTTLED' })
    onRequest?.({ ...request, status: null, code: 'LMS_UNREACHABLE' })
    const fields = {
      'seatkeeper.lms': 'campus',
      'seatkeeper.endpoint': 'readEnrolments',
      'http.request.method': 'GET',
      'url.template': '/list',
    }
    expect(calls).toEqual([
      {
        name: 'GET /list',
        fields: { ...fields, 'http.response.status_code': 429 },
        failure: 'LMS_THROTTLED',
        durationMs: 7,
      },
      { name: 'GET /list', fields, failure: 'LMS_UNREACHABLE', durationMs: 7 },
    ])
  })

  it('has nobody listen to requests where there are no traces', () => {
    expect(traceSignals(noTracing).requestsTo({ 'seatkeeper.lms': lms })).toEqual({})
  })
})
