import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hashPassword } from '@seatkeeper/dashboard'
import { createLogger, failStart } from '@seatkeeper/service'
import { startRedis } from '@seatkeeper/simulators'
import { Command, InvalidArgumentError } from 'commander'
import { sayWhyNoRedis } from '../no-redis.ts'
import { startSystem } from '../start-system.ts'
import { playScenes } from './play.ts'
import { reportText, wrongSeats } from './report.ts'
import { loseWebhook } from './scenes.ts'
import { openShop, startSurroundings, storeName, type World } from './world.ts'

const write = (text: string) => void process.stdout.write(text)
const say = (text: string) => write(`${text}\n`)

/** Plays the main job against a simulated shop and LMS, on a private Redis. */
async function main(): Promise<void> {
  const { exit, port, metricsPort } = new Command('demo')
    .description('Plays what Seatkeeper does against a simulated shop and LMS, on a private Redis.')
    .option('--exit', 'leave when all is played: 0 if every seat at the LMS is as it must be, else 1')
    .option('--port <port>', 'port of the dashboard; any free one unless given', readPort, 0)
    .option('--metrics-port <port>', 'port of /metrics; any free one unless given', readPort, 0)
    .parse()
    .opts<{ exit?: true; port: number; metricsPort: number }>()
  const interrupted = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
  const redis = await startRedis({ say }).catch(sayWhyNoRedis)
  const surroundings = await startSurroundings()
  const password = randomBytes(9).toString('base64url')
  const system = await startSystem({
    config: surroundings.config,
    redisUrl: redis.url,
    demands: { appendfsync: 'always', nowMs: Date.now },
    host: '127.0.0.1',
    ports: { ingress: 0, dashboard: port, health: metricsPort },
    login: { passwordHash: await hashPassword(password) },
    log: createLogger('silent'),
  })
  const close = async () => {
    await system.close()
    await Promise.all([surroundings.shop.stop(), surroundings.campus.stop()])
    await redis.stop()
  }
  say(`Shop ${surroundings.shop.url}, LMS ${surroundings.campus.url}, webhooks at ${system.ingressUrl}`)
  say(`Metrics at ${system.healthUrl}/metrics\n`)
  const world = { ...surroundings, system, products: await openShop(surroundings.shop, system.ingressUrl) }
  const expectations = await Promise.race([playScenes(world, write), interrupted.then(() => undefined)])
  if (expectations === undefined) {
    say('\nStopped half-way.')
    await close()
    process.exit(130)
  }
  say(`\n${reportText(world, expectations)}`)
  const wrong = wrongSeats(world, expectations)
  for (const seat of wrong) say(`Not as it must be: ${seat}`)
  say(`\nDashboard: ${system.dashboardUrl}  password: ${password}`)
  if (exit !== true) {
    await inviteToLook(world, redis.url, expectations[0]?.order ?? 1)
    await interrupted
  }
  await close()
  process.exit(wrong.length === 0 ? 0 : 1)
}

/** Writes the configuration where commands find it, loses one webhook, and says what can be tried. */
async function inviteToLook(world: World, redisUrl: string, order: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'seatkeeper-demo-'))
  const file = join(folder, 'seatkeeper.yaml')
  await writeFile(file, JSON.stringify(world.settings(world.system.ingressUrl)), { mode: 0o600 })
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  const lost = await loseWebhook(world)
  say(
    `\nOrder ${lost} was paid too, but its webhook was lost; reconcile finds it within five minutes, or at once by hand.`,
  )
  say('Look further, from another terminal:')
  say(`  export REDIS_URL=${redisUrl} SEATKEEPER_CONFIG=${file}`)
  say('  npm run seatkeeper -- doctor')
  say('  npm run seatkeeper -- catalogue check')
  say(`  npm run seatkeeper -- order show ${storeName} ${order}`)
  say(`  npm run seatkeeper -- reconcile --store ${storeName} --since 2d --dry-run`)
  say('Ctrl-C ends it.')
}

function readPort(text: string): number {
  const port = Number(text)
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new InvalidArgumentError('Give a whole number from 0 to 65535.')
  return port
}

main().catch(failStart)
