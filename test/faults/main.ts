import { Command, Option } from 'commander'
import { orderChaosCommand } from '../chaos/command.ts'
import { ackKill, isSound, type AckKillOptions, type AckKillResult } from './ack-kill.ts'

const say = (text: string) => void process.stdout.write(`${text}\n`)

/** Runs the fault tests: real processes, real kills, and the simulators' event log as the truth. */
async function main(): Promise<void> {
  const program = new Command('faults').description(
    'Fault tests with real processes; each prints its seed and replays from it.',
  )
  program
    .command('ack-kill')
    .description(
      'F1: SIGKILL of ingress, workers and Redis while orders stream in; nothing acknowledged may be lost or doubled',
    )
    .option('--orders <count>', 'orders sent', Number, 2000)
    .option('--kills <count>', 'processes killed at least', Number, 24)
    .addOption(
      new Option('--seed <number>', 'of what is killed and when')
        .argParser(Number)
        .default(Date.now() % 1_000_000, 'the time'),
    )
    .option('--no-control', 'leave out the second run, whose workers have no sweep and must lose some')
    .action(runAckKill)
  program.addCommand(orderChaosCommand())
  await program.parseAsync()
}

interface Arguments {
  readonly orders: number
  readonly kills: number
  readonly seed: number
  readonly control: boolean
}

async function runAckKill({ orders, kills, seed, control }: Arguments): Promise<void> {
  const options: AckKillOptions = { orders, kills, seed, say }
  say(`ack-kill: ${orders} orders, at least ${kills} kills, seed ${seed}`)
  const result = await ackKill(options)
  tell('with the sweep', result)
  const isBlind = control && !(await losesWithoutSweep(options))
  const isGood = isSound(result) && !isBlind
  say(
    isGood
      ? 'verdict: sound'
      : `verdict: ${isBlind ? 'BLIND, the control lost nothing' : 'UNSOUND'}; replay with --seed ${seed}`,
  )
  process.exitCode = isGood ? 0 : 1
}

/** The control: the same run whose workers have no sweep. If it loses nothing the test cannot see what it looks for. */
async function losesWithoutSweep(options: AckKillOptions): Promise<boolean> {
  const result = await ackKill({ ...options, workerScript: 'test/faults/worker-without-sweep.ts' })
  tell('control, without the sweep', result)
  return result.lost.length > 0
}

function tell(
  title: string,
  { sent, acknowledged, killed, lost, duplicated, conservation, worstAnswerMs }: AckKillResult,
): void {
  const kills = Object.entries(killed).map(([name, times]) => `${name} ${times}`)
  const counts = Object.entries(conservation).map(([name, count]) => `${name} ${count}`)
  say(`${title}:`)
  say(`  load          ${sent} webhooks sent, ${acknowledged} acknowledged, worst answer ${worstAnswerMs} ms`)
  say(`  faults        ${kills.join(', ')}`)
  say(`  lost          ${lost.length}${lost.length > 0 ? `: orders ${lost.slice(0, 20).join(', ')}` : ''}`)
  say(`  duplicated    ${duplicated.length}${duplicated.length > 0 ? `: ${duplicated.slice(0, 10).join('; ')}` : ''}`)
  say(`  conservation  ${counts.join(', ')}`)
}

await main()
