import { Command, Option } from 'commander'
import { guards, type Guard } from './controls.ts'
import { isSound, type OrderChaosResult } from './order-chaos.ts'
import { runSeeds } from './seeds.ts'

interface Arguments {
  readonly seeds: number
  readonly first: number
  readonly seed?: number
  readonly orders: number
  readonly without?: Guard
  readonly controls: boolean
  readonly trace?: string
}

const say = (text: string) => void process.stdout.write(`${text}\n`)
const controlSeeds = 25
const hasWrongSeats = ({ wrong }: OrderChaosResult) => wrong.length > 0

/** `order-chaos`, for the program of fault tests. */
export function orderChaosCommand(): Command {
  return new Command('order-chaos')
    .description(
      'F4: orders change while news of them comes late, twice, out of order, stale or never, and workers die over it; every seat must be as the orders say',
    )
    .option('--seeds <count>', 'runs, each with a seed of its own', Number, 25)
    .option('--first <number>', 'the first seed', Number, 1)
    .option('--seed <number>', 'replay this one alone', Number)
    .option('--orders <count>', 'orders in each run, every fifth for a seat that another one pays for', Number, 500)
    .addOption(new Option('--without <guard>', 'compose one guard away').choices(guards))
    .option('--controls', 'see that wrong seats show once a guard is composed away', false)
    .option('--trace <words>', 'with --seed: print all that happened with these words in it')
    .action(run)
}

async function run(options: Arguments): Promise<void> {
  const isGood = options.controls ? await runControls(options) : await runAll(options)
  process.exitCode = isGood ? 0 : 1
}

async function runAll({ orders, without, trace, ...options }: Arguments): Promise<boolean> {
  const first = options.seed ?? options.first
  const count = options.seed === undefined ? options.seeds : 1
  say(
    `order-chaos: seeds ${first} to ${first + count - 1}, ${orders} orders each${without ? `, without ${without}` : ''}`,
  )
  let done = 0
  const onResult = (result: OrderChaosResult) => {
    done += 1
    if (!isSound(result)) tellUnsound(result)
    if (done % 25 === 0) say(`${done} of ${count} runs`)
  }
  const tell = trace === undefined ? undefined : (what: string) => void (what.includes(trace) && say(what))
  const results = await runSeeds({ first, count, orders, without, tell, onResult })
  tellSums(results)
  const unsound = results.filter((result) => !isSound(result))
  say(
    unsound.length === 0
      ? 'verdict: sound'
      : `verdict: UNSOUND; replay with --orders ${orders} --seed ${unsound[0]?.seed}`,
  )
  return unsound.length === 0
}

/** Every guard composed away must leave wrong seats, or this test is blind to what it guards against. */
async function runControls({ orders, first }: Arguments): Promise<boolean> {
  const blind: string[] = []
  for (const guard of guards) {
    const results = await runSeeds({ first, count: controlSeeds, orders, without: guard, isEnough: hasWrongSeats })
    const red = results.find(hasWrongSeats)
    say(
      red
        ? `without ${guard}: seed ${red.seed} leaves ${red.wrong.length} wrong seats`
        : `without ${guard}: nothing wrong`,
    )
    if (red === undefined) blind.push(guard)
  }
  say(blind.length === 0 ? 'verdict: not blind' : `verdict: BLIND to ${blind.join(', ')}`)
  return blind.length === 0
}

function tellUnsound(result: OrderChaosResult): void {
  const { seed, wrongAsTold, wrong, flapping, idle, dead, troubles, conservation } = result
  say(`seed ${seed}:`)
  for (const [title, offences] of Object.entries({ wrongAsTold, wrong, flapping, idle, dead, troubles }))
    for (const offence of offences.slice(0, 5)) say(`  ${title.padEnd(13)} ${offence}`)
  say(`  conservation  ${inWords(conservation)}`)
}

function tellSums(results: readonly OrderChaosResult[]): void {
  const sum = (count: (result: OrderChaosResult) => number) =>
    results.reduce((total, result) => total + count(result), 0)
  const mishaps = {
    killed: sum((result) => result.mishaps.kill),
    'failed calls': sum((result) => result.mishaps.fail),
    frozen: sum((result) => result.mishaps.freeze),
    'late LMS calls': sum(({ strays }) => strays),
    'lost wake-ups': sum((result) => result.lostWakeUps),
  }
  say(
    `  load          ${sum(({ changes }) => changes)} changes, ${sum(({ dropped }) => dropped)} never told, ` +
      `${sum(({ deliveries }) => deliveries)} deliveries, ${sum(({ replayed }) => replayed)} more a week later`,
  )
  say(`  faults        ${inWords(mishaps)}`)
  say(`  wrong seats   ${sum(({ wrong }) => wrong.length)} of ${sum(({ rows }) => rows)} after reconcile`)
  say(`  as told       ${sum(({ wrongAsTold }) => wrongAsTold.length)} wrong before, of those told in full`)
  say(
    `  flapping      ${sum(({ flapping }) => flapping.length)}, and ${sum(({ idle }) => idle.length)} written without need`,
  )
  say(`  dead          ${sum(({ dead }) => dead.length)}`)
}

function inWords(counts: object): string {
  return Object.entries(counts)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ')
}
