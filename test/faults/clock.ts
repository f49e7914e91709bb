import { setTimeout as pause } from 'node:timers/promises'
import { runChild, startChild } from '../e2e/child.ts'
import { commandOf } from '../e2e/command-of.ts'
import { freePort } from '../e2e/free-port.ts'
import { startSystemProcesses, type SystemProcesses } from '../e2e/processes.ts'
import { until } from '../e2e/until.ts'
import type { FaultReport, FaultRun, FaultTest } from './fault-test.ts'
import { openSales, type Sales } from './sales.ts'
import { acknowledged, startSelling } from './selling.ts'

/** BullMQ takes the time of delayed jobs from the worker's clock; everything else here goes by that of Redis. */
export const clockFault: FaultTest = {
  name: 'clock',
  promise:
    'clocks two hours off and one set back while jobs are delayed: who has a wrong clock does not work, and nothing runs late',
  run: (run) => setClocks(run),
  control: {
    without: 'the clock check of workers',
    run: (run) => setClocks(run, 'test/faults/worker-without-clock-check.ts'),
  },
}

const hourMs = 3_600_000
const delayed = { small: 20, full: 500 } as const
/** From when the clock was set back: until it is noticed, a new process, and the longest of the few delays so far. */
const lateAfterMs = 120_000
const startsWithinMs = 120_000
const clock = new URL('shifted-clock.ts', import.meta.url).href

/** @param workerScript what is run instead of the product's worker. */
async function setClocks({ scale, say }: FaultRun, workerScript?: string): Promise<FaultReport> {
  const system = await startSystemProcesses({
    processes: { ingress: 'ingress', enroll: 'enroll' },
    settingsOf: async (name) =>
      name === 'enroll' ? { NODE_OPTIONS: `--import=${clock}`, CLOCK_STEP_MS: `${-hourMs}` } : {},
    ...(workerScript === undefined ? {} : { workerScript }),
  })
  try {
    const worker = await startAhead(system, workerScript)
    say(`  worker two hours ahead: ${worker}`)
    const ingress = await isReadyBehind(system)
    say(`  ingress two hours behind: ${ingress ? 'READY' : 'never ready'}`)
    const { orders, late, ended, tookMs } = await setBack(system, delayed[scale])
    say(`  worker set back an hour: ${ended}, ${late.length} late`)
    return {
      load: `${orders} orders whose jobs were delayed`,
      faults: 'worker +2 h, ingress −2 h, worker set back 1 h',
      lost: [],
      duplicated: [],
      broken: [
        ...(worker.startsWith('refused') ? [] : [`a worker two hours ahead ${worker}`]),
        ...(ingress ? ['an ingress two hours behind was ready'] : []),
        ...(late.length === 0 ? [] : [`${late.length} of ${orders} did not run within ${lateAfterMs / 1000} s`]),
      ],
      worstAnswerMs: null,
      figures: { 'set back': `${ended}; all done after ${(tookMs / 1000).toFixed(1)} s` },
    }
  } finally {
    await system.close()
  }
}

async function startAhead(system: SystemProcesses, script?: string): Promise<string> {
  const env = { NODE_OPTIONS: `--import=${clock}`, CLOCK_AHEAD_MS: `${2 * hourMs}` }
  const command = await commandOf('revoke', system, env)
  const { code, stderr } = await runChild({ ...command, script: script ?? command.script }, 30_000)
  return code === 1 ? `refused: ${stderr.trim()}` : 'went to work'
}

async function isReadyBehind(system: SystemProcesses): Promise<boolean> {
  const port = await freePort()
  const env = { NODE_OPTIONS: `--import=${clock}`, CLOCK_AHEAD_MS: `${-2 * hourMs}`, HEALTH_PORT: `${port}` }
  const child = startChild(await commandOf('ingress', system, env))
  const status = () =>
    fetch(`http://127.0.0.1:${port}/ready`).then(
      (answer) => answer.status,
      () => null,
    )
  await until('it says whether it is ready', async () => (await status()) !== null, { withinMs: startsWithinMs })
  await pause(2000)
  const isReady = (await status()) === 200
  child.signal('SIGKILL')
  await child.ended
  return isReady
}

/** Jobs fail once and wait for their next attempt; then the worker's clock is set back, and the LMS is well. */
async function setBack(system: SystemProcesses, wanted: number) {
  const sales = openSales(system, wanted * 2)
  const heal = system.campus.faults.add({ route: 'enrollment-post', kind: 'status', status: 500 })
  const ingressUrl = system.process('ingress').url
  const selling = startSelling({ shop: system.shop, sales, ingressUrl, sellers: 4, restMs: 20 })
  await until(`${wanted} are acknowledged`, () => acknowledged(selling.deliveries).length >= wanted, {
    withinMs: startsWithinMs,
  })
  await selling.stop()
  const orders = acknowledged(selling.deliveries)
  const { child: life, healthUrl } = system.process('enroll')
  const child = life()
  let failed = 0
  const haveFailed = async () => {
    failed = await countFailed(healthUrl)
    return failed >= orders.length
  }
  await until('they failed', haveFailed, { withinMs: startsWithinMs, explain: () => `${failed} of ${orders.length}` })
  child.signal('SIGUSR2')
  heal()
  const startedMs = performance.now()
  const late = await lateOnes(system, orders, sales)
  const ended = child.hasEnded() ? 'it ended by itself' : 'it went on'
  return { orders: orders.length, late, ended, tookMs: performance.now() - startedMs }
}

/** Attempts that a worker counts as failed at the LMS; its log leaves some out where there are many. */
async function countFailed(healthUrl: string): Promise<number> {
  const text = await (await fetch(`${healthUrl}/metrics`)).text()
  const lines = text.matchAll(/^seatkeeper_attempts_total\{[^}]*result="LMS_ERROR"[^}]*\} (\d+)$/gm)
  return [...lines].reduce((sum, [, count]) => sum + Number(count), 0)
}

/** Plays the supervisor meanwhile: a worker that ended is started again, with a right clock. */
async function lateOnes(system: SystemProcesses, orders: readonly number[], sales: Sales): Promise<readonly number[]> {
  const deadline = performance.now() + lateAfterMs
  const missing = () => orders.filter((order) => !sales.isHeld(order))
  while (missing().length > 0 && performance.now() < deadline) {
    if (system.process('enroll').child().hasEnded()) await system.restart('enroll')
    await pause(100)
  }
  return missing()
}
