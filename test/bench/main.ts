import { availableParallelism, cpus, loadavg, totalmem } from 'node:os'
import { Argument, Command, InvalidArgumentError } from 'commander'
import { benchmarks } from './benchmarks.ts'
import { verdictOf, type Comparison } from './comparison.ts'
import { jsonOf, tableOf } from './report.ts'

const names = benchmarks.map(({ name }) => name)
const say = (text: string) => void process.stderr.write(`${text}\n`)

interface Options {
  readonly rounds: number
  readonly json: boolean
  readonly cpuProf?: string
}

/** Measures ours against baselines in the same run; ratios are what counts, never times. */
async function main(): Promise<void> {
  await new Command('npm run bench --')
    .description('Measures Seatkeeper against named baselines, both in turn in every round.')
    .addArgument(new Argument('[names...]', 'which benchmarks; all unless given').choices(names))
    .option('--rounds <count>', 'how often each side is measured', readRounds, 5)
    .option('--json', 'print every round as JSON instead of a table', false)
    .option('--cpu-prof <folder>', 'have our processes leave CPU profiles there (they are slower then)')
    .addHelpText('after', `\nBenchmarks:\n${listing()}\n\n${meaning}`)
    .action(run)
    .parseAsync()
}

const meaning = `A ratio is ours divided by the baseline of the same round; shown are the median and the extremes. The exit code is 1 if
a ratio is far off: a rate below half of its goal, or a cost above twice. docs/performance.md says what the goals are.`

function listing(): string {
  return benchmarks.map(({ name, about }) => `  ${name.padEnd(20)}${about}`).join('\n')
}

function readRounds(text: string): number {
  const rounds = Number(text)
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > 100)
    throw new InvalidArgumentError('Give a whole number from 1 to 100.')
  return rounds
}

async function run(chosen: readonly string[], { rounds, json, cpuProf }: Options): Promise<void> {
  const machine = describeMachine()
  say(`${machine.cores} cores (${machine.cpu}), Node ${machine.node}, load ${machine.load}; ${rounds} rounds`)
  if (machine.load > machine.cores) say('This machine is busy with other things: the spread will be wide.')
  const comparisons: Comparison[] = []
  for (const benchmark of benchmarks) {
    if (chosen.length > 0 && !chosen.includes(benchmark.name)) continue
    say(`${benchmark.name} (${benchmark.about})`)
    comparisons.push(...(await benchmark.run({ rounds, profiles: cpuProf })))
  }
  console.log(json ? jsonOf(comparisons, machine) : `\n${tableOf(comparisons)}`)
  process.exitCode = comparisons.some((comparison) => verdictOf(comparison) === 'far off') ? 1 : 0
}

function describeMachine() {
  return {
    date: new Date().toISOString().slice(0, 10),
    cores: availableParallelism(),
    cpu: cpus()[0]?.model ?? 'unknown',
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.versions.node,
    load: Number((loadavg()[0] ?? 0).toFixed(2)),
  }
}

await main()
