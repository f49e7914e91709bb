import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { startCollector, type CollectedSpan, type CollectorSimulator } from '@seatkeeper/simulators'
import { addCourses, addressOf, courseKey, register, untilHeld } from '../e2e/campus.ts'
import { startSystemProcesses, type SystemProcesses } from '../e2e/processes.ts'
import { until } from '../e2e/until.ts'

/** However busy the machine is. */
const withinMs = 180_000
jest.setTimeout(3 * withinMs)

const watch = fileURLToPath(new URL('loaded-telemetry.ts', import.meta.url))
const learner = 'ada'

let collector: CollectorSimulator
let system: SystemProcesses | undefined
beforeEach(async () => {
  collector = await startCollector()
})
afterEach(async () => {
  await system?.close()
  await collector.stop()
})

async function start(settings: Readonly<Record<string, string>>): Promise<SystemProcesses> {
  system = await startSystemProcesses({ settings: { ...settings, NODE_OPTIONS: `--import=${watch}` } })
  addCourses(system)
  register(system, learner)
  return system
}

/** Ada buys. */
async function sell(running: SystemProcesses): Promise<number> {
  const { shop } = running
  const product = shop.addProduct({ name: 'CS', sku: courseKey('CS101') })
  const order = shop.placeOrder({ email: addressOf(learner), lines: [{ product }] })
  await shop.deliver()
  await untilHeld(running, { learner, run: 'CS101', mode: 'verified', withinMs })
  return order
}

async function untilTold(running: SystemProcesses): Promise<void> {
  const said = () => running.process('orders').child().stdout()
  await until('the shop is told', () => said().includes('"lane":"tell.shop"'), { withinMs })
}

async function giveBack(running: SystemProcesses, order: number): Promise<void> {
  running.shop.refund(order, { amount: running.shop.order(order).total })
  await running.shop.deliver()
  await untilHeld(running, { learner, run: 'CS101', mode: 'inactive', withinMs })
}

interface Line {
  readonly change?: string
  readonly result?: string
}

/** How each process ends when it is asked to; what it has to send it sends then. */
async function stopAll(running: SystemProcesses): Promise<readonly (number | null)[]> {
  const endings = await Promise.all(Object.keys(running.processes).map((name) => running.kill(name, 'SIGTERM')))
  return endings.map(({ code }) => code)
}

function changeOf(running: SystemProcesses, result: string): string {
  const lines = running.process('ingress').child().stdout().split('\n').filter(Boolean)
  const answered = lines.map((line) => JSON.parse(line) as Line)
  return answered.find((line) => line.result === result)?.change ?? 'none'
}

function traceOf(change: string): readonly CollectedSpan[] {
  return collector.spans.filter(({ traceId }) => traceId === change)
}

/** Each span below the one that it is part of. */
function tree(spans: readonly CollectedSpan[], parent = ''): object {
  const below = spans.filter(({ parentSpanId }) => parentSpanId === parent)
  return Object.fromEntries(below.map((span) => [`${span.service} ${span.name}`, tree(spans, span.spanId)]))
}

const isLoaded = ({ processes }: SystemProcesses) =>
  Object.values(processes).map(({ child }) => child().stderr().includes('the SDK is loaded'))

const of = {
  ingress: 'seatkeeper-ingress POST /webhooks/{store}',
  worker: (name: string) => `seatkeeper-worker ${name}`,
}
const enrolment = '/api/enrollment/v1/enrollment'

describe('a trace', () => {
  it('has the id of the change, and leads from the delivery to the calls of every process', async () => {
    const running = await start({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url })
    const order = await sell(running)
    await untilTold(running)
    await giveBack(running, order)
    expect(await stopAll(running)).toEqual([0, 0, 0, 0])
    expect(isLoaded(running)).toEqual([true, true, true, true])
    const sold = traceOf(changeOf(running, 'applied'))
    expect(tree(sold)).toMatchObject({
      [of.ingress]: {
        [of.worker('process enroll.campus')]: {
          [of.worker('GET /api/user/v1/accounts')]: {},
          [of.worker(`GET ${enrolment}/{username},{course}`)]: {},
          [of.worker(`POST ${enrolment}`)]: {},
        },
        [of.worker('process tell.shop')]: { [of.worker('POST /wp-json/wc/v3/orders/{id}/notes')]: {} },
      },
    })
    expect(Object.keys(tree(sold))).toEqual([of.ingress])
    expect(sold.find(({ name }) => name === `POST ${enrolment}`)).toMatchObject({
      attributes: {
        'seatkeeper.lms': 'campus',
        'seatkeeper.endpoint': 'writeEnrolment',
        'http.response.status_code': 200,
      },
      status: 0,
    })
    const refunded = traceOf(changeOf(running, 'read'))
    expect(tree(refunded)).toMatchObject({
      [of.ingress]: {
        [of.worker('process orders.shop')]: { [of.worker('GET /wp-json/wc/v3/orders/{id}')]: {} },
        [of.worker('process revoke.campus')]: { [of.worker(`POST ${enrolment}`)]: {} },
      },
    })
    expect(collector.received()).not.toContain(addressOf(learner))
    expect(collector.received()).not.toContain(`"${learner}"`)
  })

  it('is made by nobody, and OpenTelemetry’s SDK not even loaded, where no collector is named', async () => {
    const running = await start({})
    await sell(running)
    expect(await stopAll(running)).toEqual([0, 0, 0, 0])
    expect(isLoaded(running)).toEqual([false, false, false, false])
  })

  it('is lost, and nothing else, where the collector never answers', async () => {
    collector.answer = null
    const patient = { OTEL_EXPORTER_OTLP_TIMEOUT: '120000' }
    const running = await start({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, ...patient })
    await sell(running)
    expect(await stopAll(running)).toEqual([0, 0, 0, 0])
    expect(collector.requests()).toBeGreaterThan(0)
    expect(collector.spans).toEqual([])
  })
})
