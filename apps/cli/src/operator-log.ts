import type { OperatorAction } from '@seatkeeper/core'
import { Command, InvalidArgumentError, Option } from 'commander'
import { withLedger } from './connection.ts'
import { readMoment } from './moment.ts'
import type { Surroundings } from './program.ts'
import { moment, table } from './table.ts'

interface ListOptions {
  readonly since: number
  readonly limit: number
  readonly json?: true
}

const since = (text: string) => readMoment(text, Date.now())

/** `seatkeeper operator-log`: who did what, when and on what. */
export function operatorLogCommand(surroundings: Surroundings): Command {
  const command = new Command('operator-log').description('what operators did: replays, pauses, decisions, erasures …')
  command
    .command('list')
    .description('every action, the latest first')
    .addOption(new Option('--since <time>', 'since: 2d, 6h, 30m, a date or a time').argParser(since).default(0, 'all'))
    .option('--limit <number>', 'at most so many', readLimit, 1000)
    .option('--json', 'for programs')
    .action(async ({ since: sinceMs, limit, json }: ListOptions) => {
      const actions = await withLedger(surroundings, ({ ledger }) => ledger.operatorActions({ sinceMs, limit }))
      surroundings.print(json ? JSON.stringify(actions, null, 2) : asText(actions))
    })
  return command
}

function readLimit(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError('Give a whole number from 1 to 999999.')
  return Number(text)
}

function asText(actions: readonly OperatorAction[]): string {
  if (actions.length === 0) return 'Nobody did anything by hand.'
  const rows = actions.map(({ atMs, by, action, on, detail }) => [moment(atMs), by, action, on, detail])
  return table(['when (UTC)', 'who', 'did', 'on', 'detail'], rows)
}
