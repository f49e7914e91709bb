import type { EmbeddedRedisOptions, LmsOptions } from '@seatkeeper/simulators'
import { startChild, type Child, type Ending } from './child.ts'
import { commandOf, workerMain, type Kind } from './command-of.ts'
import { freePort } from './free-port.ts'
import { startSite, webhookSecret, type Site } from './site.ts'
import { until } from './until.ts'

/** One process of the system; the same name, ports and settings for all its lives. */
export interface SystemProcess {
  readonly kind: Kind
  /** Where it serves: webhooks or the dashboard. A worker serves nothing here. */
  readonly url: string
  /** Of `/live`, `/ready` and `/metrics`; the dashboard has none. */
  readonly healthUrl: string
  /** The life it is in, or its last one. */
  readonly child: () => Child
}

export interface SystemOptions {
  /** By name; one of each kind that moves orders unless given. */
  readonly processes?: Readonly<Record<string, Kind>>
  readonly campus?: LmsOptions
  readonly redis?: EmbeddedRedisOptions
  /** Settings for all processes, over the usual ones. */
  readonly settings?: Readonly<Record<string, string>>
  /** Further settings of single processes, over those; asked once per process, before its first life. */
  readonly settingsOf?: (name: string, site: Site) => Promise<Readonly<Record<string, string>>>
  /** What workers run instead of the product's main file: a control of a fault test. */
  readonly workerScript?: string
}

/** The whole system as an installation has it: one process per role, beside a shop, an LMS and a Redis. */
export interface SystemProcesses extends Site {
  /** By name. */
  readonly processes: Readonly<Record<string, SystemProcess>>
  /** The process of that name. @throws RangeError if there is none. */
  process(name: string): SystemProcess
  /** Starts one more and waits until it is ready. */
  add(name: string, kind: Kind): Promise<SystemProcess>
  /** Sends a signal and waits for the end. */
  kill(name: string, signal?: NodeJS.Signals): Promise<Ending>
  /** Asks it to end if it has not, starts it anew and waits until it is ready. */
  restart(name: string): Promise<void>
  /** What operators' commands need of the environment. */
  readonly operator: Readonly<Record<string, string>>
  /** Ends all that was started here and nothing else. */
  close(): Promise<void>
}

const usual: Readonly<Record<string, Kind>> = {
  ingress: 'ingress',
  enroll: 'enroll',
  revoke: 'revoke',
  orders: 'orders',
}

/** Starts shop, LMS, Redis and every process, as compose does; the shop's webhooks point at the first ingress. */
export async function startSystemProcesses(options: SystemOptions = {}): Promise<SystemProcesses> {
  const site = await startSite(options.campus, options.redis)
  const processes: Record<string, SystemProcess & { start(): Promise<void> }> = {}
  const named = (name: string) => {
    const found = processes[name]
    if (found === undefined) throw new RangeError(`there is no process ${name}`)
    return found
  }
  const kill = (name: string, signal: NodeJS.Signals = 'SIGKILL') => {
    const child = named(name).child()
    child.signal(signal)
    return child.ended
  }
  const add = async (name: string, kind: Kind) => {
    const added = await createProcess(name, kind, {
      site,
      settings: { ...options.settings, ...(await options.settingsOf?.(name, site)) },
      workerScript: options.workerScript,
    })
    processes[name] = added
    await added.start()
    return added
  }
  const close = async () => {
    await Promise.all(Object.keys(processes).map((name) => kill(name)))
    await site.close()
  }
  try {
    await Promise.all(Object.entries(options.processes ?? usual).map(([name, kind]) => add(name, kind)))
    await openShop(
      site,
      Object.values(processes).find(({ kind }) => kind === 'ingress'),
    )
  } catch (error) {
    await close()
    throw error
  }
  return {
    ...site,
    processes,
    process: named,
    add,
    kill,
    restart: async (name) => {
      await kill(name, 'SIGTERM')
      await named(name).start()
    },
    operator: { REDIS_URL: site.redis.url, SEATKEEPER_CONFIG: site.configFile },
    close,
  }
}

/** However busy the machine is. */
const startsWithinMs = 120_000

interface Around {
  readonly site: Site
  readonly settings: Readonly<Record<string, string>>
  readonly workerScript: string | undefined
}

async function createProcess(name: string, kind: Kind, { site, settings, workerScript }: Around) {
  const ports = { main: await freePort(), health: await freePort() }
  const given = { PORT: `${ports.main}`, DASHBOARD_PORT: `${ports.main}`, HEALTH_PORT: `${ports.health}` }
  const command = await commandOf(kind, site, { ...given, ...settings })
  const script = command.script === workerMain ? (workerScript ?? workerMain) : command.script
  const healthUrl = `http://127.0.0.1:${ports.health}`
  const url = `http://127.0.0.1:${ports.main}`
  const readyUrl = kind === 'dashboard' ? `${url}/login` : `${healthUrl}/ready`
  let child: Child | undefined
  const current = () => {
    if (child === undefined) throw new RangeError(`${name} was never started`)
    return child
  }
  return {
    kind,
    url,
    healthUrl,
    child: current,
    start: async () => {
      const started = startChild({ ...command, script })
      child = started
      const explain = () => `${started.stdout()}${started.stderr()}`
      await until(`${name} is ready`, async () => started.hasEnded() || (await answers(readyUrl)), {
        explain,
        withinMs: startsWithinMs,
      })
      if (started.hasEnded()) throw new Error(`${name} ended at once: ${explain()}`)
    },
  }
}

async function openShop({ shop }: Site, ingress: SystemProcess | undefined): Promise<void> {
  if (ingress === undefined) return
  for (const topic of ['order.created', 'order.updated', 'order.deleted', 'order.restored']) {
    await shop.addWebhook({ topic, deliveryUrl: `${ingress.url}/webhooks/shop`, secret: webhookSecret })
  }
}

async function answers(url: string): Promise<boolean> {
  return fetch(url).then(
    ({ ok }) => ok,
    () => false,
  )
}
