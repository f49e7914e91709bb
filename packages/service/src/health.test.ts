import { afterEach, describe, expect, it } from '@jest/globals'
import { serveHealth, type Health, type HealthCheck } from './health.ts'
import { createMetrics } from './metrics.ts'

const open: Health[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((health) => health.close()))
})

async function serve(...checks: HealthCheck[]) {
  const health = await serveHealth({ port: 0, host: '127.0.0.1', checks, metrics: createMetrics() })
  open.push(health)
  return (path: string, init?: RequestInit) => fetch(`http://127.0.0.1:${health.port}${path}`, init)
}

const well = (name: string): HealthCheck => ({ name, isHealthy: () => true })

describe('serveHealth', () => {
  it('is live and ready when all is well', async () => {
    const get = await serve(well('redis'), { name: 'enroll', isHealthy: () => Promise.resolve(true) })
    expect(await (await get('/live')).json()).toEqual({ status: 'live' })
    const ready = await get('/ready?verbose')
    expect([ready.status, await ready.json()]).toEqual([200, { status: 'ready' }])
    expect(ready.headers.get('cache-control')).toBe('no-store')
  })

  it('names the failing checks and nothing else, yet stays live', async () => {
    const get = await serve(
      well('redis'),
      { name: 'enroll', isHealthy: () => false },
      { name: 'orders', isHealthy: () => Promise.reject(new Error('canary')) },
    )
    const ready = await get('/ready')
    expect([ready.status, await ready.json()]).toEqual([503, { status: 'not ready', failing: ['enroll', 'orders'] }])
    expect((await get('/live')).status).toBe(200)
  })

  it('does not wait for a check that hangs', async () => {
    const get = await serve({ name: 'redis', isHealthy: () => new Promise(() => undefined) })
    expect(await (await get('/ready')).json()).toEqual({ status: 'not ready', failing: ['redis'] })
  })

  it('serves metrics in the text format', async () => {
    const get = await serve()
    const metrics = await get('/metrics')
    expect(metrics.headers.get('content-type')).toMatch('text/plain')
    expect(await metrics.text()).toMatch('process_cpu_user_seconds_total')
  })

  it.each([
    ['/', 'GET', 404],
    ['/ready/', 'GET', 404],
    ['/ready', 'POST', 405],
    ['/ready', 'HEAD', 200],
  ])('answers %s %s with %i', async (path, method, status) => {
    expect((await (await serve())(path, { method })).status).toBe(status)
  })

  it('tells in one sentence that its port is in use', async () => {
    const options = { host: '127.0.0.1', checks: [], metrics: createMetrics() }
    const health = await serveHealth({ ...options, port: 0 })
    open.push(health)
    const second = serveHealth({ ...options, port: health.port })
    await expect(second).rejects.toThrow(
      `Port ${health.port} is in use; stop what listens there or configure another port.`,
    )
  })
})
