import { Command, Option } from 'commander'
import { orderChaosCommand } from '../chaos/command.ts'
import { orderChaosFault } from '../chaos/order-chaos-fault.ts'
import { webhookFuzzFault } from '../fuzz/webhook-fuzz-fault.ts'
import { fuzzCommand } from '../fuzz/command.ts'
import { isSound, type FaultReport, type FaultRun, type FaultTest, type Scale } from './fault-test.ts'
import { soakFor } from './soak.ts'
import { byHand, faultTests } from './tests.ts'

const say = (text: string) => void process.stdout.write(`${text}\n`)

interface Arguments {
  readonly full?: boolean
  readonly controls?: boolean
  readonly seed: number
}

/** Runs the fault tests: real processes, real faults, and the simulators' event log as the truth. */
async function main(): Promise<void> {
  const program = withOptions(new Command('faults'))
    .enablePositionalOptions()
    .description('Fault tests with real processes, one after the other; each prints its seed and replays from it.')
    .action((options: Arguments) => runAll(faultTests, options))
  const ownCommands = new Set([orderChaosFault.name, webhookFuzzFault.name])
  for (const test of [...faultTests, ...byHand].filter(({ name }) => !ownCommands.has(name)))
    program.addCommand(
      withOptions(new Command(test.name))
        .description(test.promise)
        .action((options: Arguments) => runAll([test], options)),
    )
  program.addCommand(orderChaosCommand())
  program.addCommand(fuzzCommand())
  program.addCommand(soakCommand())
  await program.parseAsync()
}

/** For an hour unless said; too long for the others' company. */
function soakCommand(): Command {
  return withOptions(new Command('soak'))
    .description(soakFor(0).promise)
    .addOption(new Option('--minutes <number>', 'how long').argParser(Number).default(60))
    .action(({ minutes, ...options }: Arguments & { readonly minutes: number }) => runAll([soakFor(minutes)], options))
}

function withOptions(command: Command): Command {
  return command
    .option('--full', 'at full size, not in the small form')
    .option('--controls', 'run what has the guard composed away instead, and see that it is unsound')
    .addOption(
      new Option('--seed <number>', 'of what is done and when')
        .argParser(Number)
        .default(Date.now() % 1_000_000, 'the time'),
    )
}

/**
 * Small ones wait most of the time, so some go side by side; what each says stays together.
 *
 * Exit codes: 0 all as they must be, 1 some are not, 2 some could not be run.
 */
async function runAll(tests: readonly FaultTest[], { full, controls, seed }: Arguments): Promise<void> {
  const scale: Scale = full === true ? 'full' : 'small'
  const isAlone = scale === 'full' || tests.length === 1
  const waiting = [...tests]
  const endings = new Map<string, Ending>()
  const turns = Array.from({ length: isAlone ? 1 : sideBySide }, async () => {
    for (let test = waiting.shift(); test !== undefined; test = waiting.shift())
      endings.set(test.name, await runUnlessLacking(test, { scale, seed, isControl: controls === true, isAlone }))
  })
  await Promise.all(turns)
  const those = (ending: Ending) => [...endings].filter(([, one]) => one === ending).map(([name]) => name)
  const [failed, leftOut] = [those('not so'), those('left out')]
  if (tests.length > 1) {
    say(failed.length === 0 ? `all ${those('so').length} as they must be` : `not so: ${failed.join(', ')}`)
    if (leftOut.length > 0) say(`left out: ${leftOut.join(', ')}`)
  }
  process.exitCode = failed.length > 0 ? 1 : leftOut.length > 0 ? 2 : 0
}

type Ending = 'so' | 'not so' | 'left out'

async function runUnlessLacking(test: FaultTest, turn: Turn): Promise<Ending> {
  const lack = (await test.lacks?.()) ?? null
  if (lack === null) return (await runOne(test, turn)) ? 'so' : 'not so'
  say(`${test.name} is left out: ${lack}`)
  return 'left out'
}

const sideBySide = 3

interface Turn extends Omit<FaultRun, 'say'> {
  readonly isControl: boolean
  /** Else only its end is told. */
  readonly isAlone: boolean
}

async function runOne(test: FaultTest, { scale, seed, isControl, isAlone }: Turn): Promise<boolean> {
  const title = `${test.name}${isControl ? `, without ${test.control.without}` : ''}: ${test.promise}`
  say(isAlone ? title : `${test.name} begins`)
  const startedMs = performance.now()
  const run: FaultRun = { scale, seed, say: isAlone ? say : () => undefined }
  const report = await (isControl ? test.control.run(run) : test.run(run)).catch((error: unknown) => {
    say([...(isAlone ? [] : [title]), row('broke off', `${String(error)}, seed ${seed}`)].join('\n'))
  })
  if (report === undefined) return false
  const isGood = isSound(report) !== isControl
  const verdict = isControl ? (isGood ? 'red, as it must be' : 'BLIND') : isGood ? 'sound' : 'UNSOUND'
  const seconds = Math.round((performance.now() - startedMs) / 1000)
  const rows = [...rowsOf(report), row('verdict', `${verdict}, ${seconds} s, seed ${seed}`)]
  say([...(isAlone ? [] : [title]), ...rows].join('\n'))
  return isGood
}

function rowsOf({ load, faults, lost, duplicated, broken, worstAnswerMs, figures = {} }: FaultReport): string[] {
  return [
    row('load', `${load}${worstAnswerMs === null ? '' : `, worst answer ${worstAnswerMs} ms`}`),
    row('faults', faults),
    row('lost', counted(lost)),
    row('duplicated', counted(duplicated)),
    ...broken.slice(0, shown).map((sentence) => row('broken', sentence)),
    ...Object.entries(figures).map(([title, text]) => row(title, text)),
  ]
}

const row = (title: string, text: string) => `  ${title.padEnd(11)} ${text}`
const shown = 10

function counted(offences: readonly string[]): string {
  if (offences.length === 0) return '0'
  const rest = offences.length > shown ? ', …' : ''
  return `${offences.length}: ${offences.slice(0, shown).join(', ')}${rest}`
}

await main()
// Left to itself, Node may wait for ever in its own clean-up for what a fault cut off.
process.stdout.write('', () => process.exit())
