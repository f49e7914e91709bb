import { spawnSync } from 'node:child_process'
import { setTimeout as pause } from 'node:timers/promises'
import { hasChromium } from '@seatkeeper/dashboard/fixture'
import { Command } from 'commander'
import { hasPromtool } from '../docker/promtool.ts'
import { startChild } from '../e2e/child.ts'
import { freePort } from '../e2e/free-port.ts'
import { startSystemProcesses } from '../e2e/processes.ts'
import { until } from '../e2e/until.ts'
import { playEventfulMinutes } from './eventful-minutes.ts'
import { drawDashboard } from './picture.ts'
import { startPrometheus, type PrivatePrometheus, type Sample } from './prometheus.ts'
import { questions, type Question } from './questions.ts'

const say = (text: string) => void process.stdout.write(`${text}\n`)

/** What a query came to. */
interface Answer extends Question {
  readonly samples: readonly Sample[]
}

/** However busy the machine is. */
const patienceMs = 300_000

/**
 * Exit codes: 0 if all queries give numbers, all rules are judged and promtool takes the metrics, else 1; 2 without Prometheus or
 * Chromium.
 */
async function main(): Promise<number> {
  const { picture } = new Command('signals')
    .description(
      'Plays the demo under a Prometheus of its own, and asks that everything the dashboard and the rules ask.',
    )
    .option('--picture <file>', 'rather draw the dashboard over some eventful minutes, as a PNG file; needs Chromium')
    .parse()
    .opts<{ picture?: string }>()
  if (!hasPromtool()) {
    say('There is no Prometheus on the PATH; on Debian, install the package prometheus.')
    return 2
  }
  return picture === undefined ? judgeDemo() : draw(picture)
}

/** The real processes, each with its metrics, over minutes in which things happen. */
async function draw(file: string): Promise<number> {
  if (!hasChromium) {
    say('There is no Chromium at /usr/bin/chromium; on Debian, install the package chromium.')
    return 2
  }
  const system = await startSystemProcesses()
  const ports = Object.values(system.processes).map(({ healthUrl }) => Number(new URL(healthUrl).port))
  const prometheus = await startPrometheus(ports)
  try {
    say('A shop sells, refunds and makes mistakes, and its LMS has its troubles; this takes three minutes.')
    const { fromMs, toMs } = await playEventfulMinutes(system)
    const [from, to] = [Math.ceil(fromMs / 1000), Math.floor(toMs / 1000)]
    await drawDashboard(prometheus, { from, to, step: 1 }, file)
    say(`The dashboard is in ${file}.`)
    return 0
  } finally {
    await prometheus.close()
    await system.close()
  }
}

async function judgeDemo(): Promise<number> {
  const port = await freePort()
  const prometheus = await startPrometheus([port])
  const demo = startChild({ script: 'apps/sandbox/src/demo/main.ts', args: ['--metrics-port', String(port)] })
  try {
    const explain = () => `${demo.stdout()}${demo.stderr()}`
    await until('the demo is played', () => demo.stdout().includes('Ctrl-C ends it.'), {
      explain,
      withinMs: patienceMs,
    })
    await ping(/webhooks at (\S+)$/m.exec(demo.stdout())?.[1] ?? '')
    const isTaken = await judgeMetrics(`http://127.0.0.1:${port}/metrics`)
    const isAnswered = await judgeQueries(prometheus)
    return isTaken && isAnswered ? 0 : 1
  } finally {
    demo.signal('SIGTERM')
    await Promise.all([demo.ended, prometheus.close()])
  }
}

/** The webhooks of the demo may all have come before the first look at its metrics; a shop pings as its staff saves a webhook. */
async function ping(ingressUrl: string): Promise<void> {
  for (let count = 1; count <= 10; count += 1) {
    const body = new URLSearchParams({ webhook_id: String(count) })
    const { status } = await fetch(`${ingressUrl}/webhooks/demo`, { method: 'POST', body })
    if (status !== 200) throw new Error(`a ping was answered ${status}`)
    await pause(300)
  }
}

async function judgeMetrics(url: string): Promise<boolean> {
  const input = await (await fetch(url)).text()
  const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], { input, encoding: 'utf8' })
  say(`promtool check metrics, ${input.split('\n').length} lines: exit code ${status} ${stdout}${stderr}`)
  return status === 0
}

/** Asks each query until it has an answer and every rule was judged, or a minute is over. */
async function judgeQueries(prometheus: PrivatePrometheus): Promise<boolean> {
  const deadline = performance.now() + 60_000
  const ask = async (question: Question) => ({ ...question, samples: await prometheus.query(question.expr) })
  let answers = await Promise.all(questions().map(ask))
  const broken = async () => (await prometheus.rules()).filter(({ health }) => health !== 'ok')
  while ((answers.some(isEmpty) || (await broken()).length > 0) && performance.now() < deadline) {
    await pause(1000)
    answers = await Promise.all(answers.map(async (answer) => (isEmpty(answer) ? ask(answer) : answer)))
  }
  const [empty, unjudged] = [answers.filter(isEmpty), await broken()]
  say(answers.map(lineOf).join('\n'))
  for (const { name, health, lastError = '' } of unjudged) say(`rule ${name}: ${health} ${lastError}`)
  say(`${answers.length} queries, ${empty.length} without data; ${unjudged.length} rules not judged`)
  return empty.length === 0 && unjudged.length === 0
}

/** No series, or none with a number. */
function isEmpty({ samples }: Answer): boolean {
  return !samples.some(({ value }) => Number.isFinite(value))
}

/** Panel, number of series, the largest of their latest values, query. */
function lineOf({ of, expr, samples }: Answer): string {
  return [of.padEnd(44), String(samples.length).padStart(4), largest(samples).padStart(9), ` ${expr}`].join(' ')
}

function largest(samples: readonly Sample[]): string {
  const values = samples.map(({ value }) => value).filter((value) => Number.isFinite(value))
  return values.length === 0 ? 'no data' : String(Number(Math.max(...values).toPrecision(4)))
}

process.exitCode = await main()
