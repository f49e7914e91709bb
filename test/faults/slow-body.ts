import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { acceptNews } from '@seatkeeper/fulfilment'
import { createIngressApp, IngressConfig, policiesOf } from '@seatkeeper/ingress'
import { createLedger } from '@seatkeeper/ledger'
import { Redis } from 'ioredis'
import { startSystemProcesses, type SystemProcesses } from '../e2e/processes.ts'
import { webhookSecret } from '../e2e/site.ts'
import { until } from '../e2e/until.ts'
import type { FaultReport, FaultRun, FaultTest } from './fault-test.ts'
import { openSales } from './sales.ts'
import { startSelling, worstAnswerMs, type Delivery } from './selling.ts'

/** Half of the slow ones never end their headers, half never their body. */
export const slowBody: FaultTest = {
  name: 'slow-body',
  promise:
    'hundreds of connections send a byte a second; real webhooks are answered all the same, and the slow ones are shut',
  run: (run) =>
    sellBesideTheSlow(run, (system) => Promise.resolve({ url: system.process('ingress').url, close: nothing })),
  control: { without: 'limits of time', run: (run) => sellBesideTheSlow(run, openUnlimited) },
}

const sizes = { small: { slow: 300, forMs: 20_000 }, full: { slow: 1000, forMs: 60_000 } } as const
const sellers = 25
/** With an answer's own time, about fifty orders a second. */
const restMs = 480
/** Or twice what it takes without them, where the machine is slow itself. */
const slowestMs = 1000
const aloneMs = 5000
/** Headers may take ten seconds, a request fifteen. */
const shutWithinMs = 30_000
const nothing = () => Promise.resolve()

interface Ingress {
  readonly url: string
  close(): Promise<void>
}

async function sellBesideTheSlow(
  { scale }: FaultRun,
  open: (system: SystemProcesses) => Promise<Ingress>,
): Promise<FaultReport> {
  const { slow, forMs } = sizes[scale]
  const system = await startSystemProcesses({ processes: { ingress: 'ingress' } })
  const ingress = await open(system)
  const sales = openSales(system, ((aloneMs + forMs) / 1000) * 100)
  const sellFor = async (ms: number) => {
    const selling = startSelling({
      shop: system.shop,
      sales,
      ingressUrl: ingress.url,
      sellers,
      restMs,
      keepAlive: false,
    })
    await pause(ms)
    await selling.stop()
    return selling.deliveries
  }
  const usualMs = p99Of(await sellFor(aloneMs))
  const crawlers = openCrawlers(ingress.url, slow)
  try {
    await until('all are connected', () => crawlers.connected() === slow)
    const deliveries = await sellFor(forMs)
    const isOver = () => crawlers.open() === 0
    await until('the slow ones are shut', isOver, { withinMs: Math.max(1, shutWithinMs - forMs) }).catch(
      () => undefined,
    )
    return reportOf(deliveries, { slow, usualMs, stillOpen: crawlers.open() })
  } finally {
    crawlers.close()
    await ingress.close()
    await system.close()
  }
}

interface Beside {
  readonly slow: number
  readonly usualMs: number
  readonly stillOpen: number
}

function reportOf(deliveries: readonly Delivery[], { slow, usualMs, stillOpen }: Beside): FaultReport {
  const refused = deliveries.filter(({ status }) => status !== 200)
  const p99 = p99Of(deliveries)
  return {
    load: `${deliveries.length} webhooks`,
    faults: `${slow} connections of a byte a second`,
    lost: refused.map(({ order, status }) => `order ${order} (${status ?? 'no answer'})`),
    duplicated: [],
    broken: [
      ...(p99 > Math.max(slowestMs, 2 * usualMs) ? [`p99 was ${p99} ms`] : []),
      ...(stillOpen > 0 ? [`${stillOpen} slow connections are still open`] : []),
    ],
    worstAnswerMs: worstAnswerMs(deliveries),
    figures: { answers: `p99 ${p99} ms, ${usualMs} ms without them` },
  }
}

function p99Of(deliveries: readonly Delivery[]): number {
  const took = deliveries.map(({ tookMs }) => tookMs).toSorted((one, other) => one - other)
  return Math.round(took[Math.ceil(took.length * 0.99) - 1] ?? Infinity)
}

/** Connections that send a byte a second of a request that never ends. */
function openCrawlers(url: string, count: number) {
  const { hostname, port } = new URL(url)
  const headers = 'POST /webhooks/shop HTTP/1.1\r\nhost: shop\r\n'
  const starts = [headers, `${headers}content-length: 20000\r\n\r\n{`]
  let connected = 0
  const sockets = Array.from({ length: count }, (_, index): Socket => {
    const socket = connect({ host: hostname, port: Number(port) }, () => {
      connected += 1
      socket.write(starts[index % starts.length] ?? headers)
    })
    return socket.on('error', () => undefined).resume()
  })
  const timer = setInterval(() => sockets.filter(isOpen).forEach((socket) => void socket.write('x')), 1000)
  return {
    connected: () => connected,
    open: () => sockets.filter(isOpen).length,
    close: () => {
      clearInterval(timer)
      for (const socket of sockets) socket.destroy()
    },
  }
}

function isOpen(socket: Socket): boolean {
  return !socket.destroyed && !socket.readableEnded
}

/** The same app behind a server that waits for ever. */
async function openUnlimited({ redis: { url } }: SystemProcesses): Promise<Ingress> {
  const redis = new Redis(url)
  const store = { id: 'shop', lms: 'campus', courseMode: 'verified', webhookSecrets: [webhookSecret] }
  const config = IngressConfig.parse({ stores: [store] })
  const policyOf = policiesOf(config)
  const accept = acceptNews({ ledger: createLedger(redis), policyOf, wake: nothing, onWakeFailed: () => undefined })
  const app = createIngressApp({ stores: config.stores, accept, onAnswered: () => undefined })
  const server = createServer({ headersTimeout: 0, requestTimeout: 0 }, app).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
      redis.disconnect()
    },
  }
}
