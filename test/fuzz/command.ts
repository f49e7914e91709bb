import { Command } from 'commander'
import { recordedBodies } from './bodies.ts'
import { fuzzOnce, type Finding } from './webhook-fuzz.ts'

interface Arguments {
  readonly bodies: number
  readonly first: number
  readonly seed?: number
}

const say = (text: string) => void process.stdout.write(`${text}\n`)
const progressMs = 10_000
const mostTold = 20

/** `fuzz`, for the program of fault tests. */
export function fuzzCommand(): Command {
  return new Command('fuzz')
    .description(
      'Damages the recorded bodies and sends them through signature, parser and planner; none may throw, hang, harm anything or come out unsound',
    )
    .option('--bodies <count>', 'bodies, each with a seed of its own', Number, 1_000_000)
    .option('--first <number>', 'the first seed', Number, 1)
    .option('--seed <number>', 'replay this one alone', Number)
    .action(run)
}

function run({ seed, ...options }: Arguments): void {
  const first = seed ?? options.first
  const count = seed === undefined ? options.bodies : 1
  say(`fuzz: ${recordedBodies.length} recorded bodies, seeds ${first} to ${first + count - 1}`)
  const found = fuzz({ first, bodies: count, say })
  say(found.length === 0 ? 'verdict: sound' : `verdict: UNSOUND; ${found.length} findings, replay with --seed`)
  process.exitCode = found.length === 0 ? 0 : 1
}

interface FuzzOptions {
  readonly first: number
  readonly bodies: number
  readonly say: (text: string) => void
}

/** Sends one body after the other, and tells every ten seconds how far it is. */
export function fuzz({ first, bodies, say: tell }: FuzzOptions): readonly Finding[] {
  const startedMs = performance.now()
  let toldMs = startedMs
  const found: Finding[] = []
  for (let done = 1; done <= bodies; done += 1) {
    for (const finding of fuzzOnce(first + done - 1)) {
      found.push(finding)
      if (found.length <= mostTold) tell(`  --seed ${finding.seed} (${finding.from}): ${finding.what}`)
    }
    if (performance.now() - toldMs < progressMs && done < bodies) continue
    toldMs = performance.now()
    const seconds = (toldMs - startedMs) / 1000
    tell(`${done} of ${bodies} bodies, ${Math.round(done / seconds)} a second, ${found.length} findings`)
  }
  return found
}
