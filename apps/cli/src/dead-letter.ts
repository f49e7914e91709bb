import type { ItemState } from '@seatkeeper/core'
import { letterOf } from '@seatkeeper/queue'
import { StartError } from '@seatkeeper/service'
import { Command } from 'commander'
import { withLedger, type Opened } from './connection.ts'
import { readDeadFilter, withDeadFilter, type DeadFilterOptions } from './dead-filter.ts'
import { discardCommand, replayCommand } from './dead-letter-decisions.ts'
import type { Surroundings } from './program.ts'
import { moment, table } from './table.ts'

/** `seatkeeper dead-letter`: what could not be done, why, another try, and giving up for good. */
export function deadLetterCommand(surroundings: Surroundings): Command {
  const { print } = surroundings
  const command = new Command('dead-letter').description('what could not be done: list, show, replay and discard it')
  withDeadFilter(command.command('list'))
    .description('every dead letter, oldest first')
    .option('--json', 'for programs')
    .action(async ({ json, ...options }: DeadFilterOptions & { json?: true }) => {
      const filter = readDeadFilter(options)
      const dead = await withLedger(surroundings, ({ ledger }) => ledger.dead(filter))
      print(json ? JSON.stringify(dead.map(letterOf), null, 2) : listText(dead))
    })
  command
    .command('show')
    .description('one dead letter: its failure, advice, attempts and replays')
    .argument('<item>', 'its item, such as seat-… or order-…')
    .option('--json', 'for programs')
    .action(async (id: string, { json }: { json?: true }) => {
      const state = await withLedger(surroundings, ({ ledger }) => oneGivenUp(ledger, id))
      print(json ? JSON.stringify(asJson(state), null, 2) : letterText(state))
    })
  return command.addCommand(replayCommand(surroundings)).addCommand(discardCommand(surroundings))
}

async function oneGivenUp(ledger: Opened['ledger'], id: string): Promise<ItemState> {
  const state = await ledger.readItem(id)
  if (state?.status === 'dead' || (state !== undefined && state.discarded !== null)) return state
  throw new StartError(`There is no dead letter ${id}; see: seatkeeper dead-letter list`)
}

function asJson(state: ItemState): object {
  return state.discarded === null ? letterOf(state) : { ...letterOf(state), discarded: state.discarded }
}

function listText(dead: readonly ItemState[]): string {
  if (dead.length === 0) return 'There are no dead letters.'
  const rows = dead.map((state) => {
    const { item, code, diedAtMs, attempts, replays } = letterOf(state)
    return [item, code, moment(diedAtMs), String(attempts.length), String(replays.length)]
  })
  return table(['item', 'code', 'since (UTC)', 'attempts', 'replays'], rows)
}

function letterText(state: ItemState): string {
  const { item, code, advice, diedAtMs, lane, generation, change, attempts, replays } = letterOf(state)
  const { discarded } = state
  const tried = attempts.map(({ atMs, code: reason, nextInMs }) => [
    moment(atMs),
    reason,
    nextInMs === null ? 'gave up' : `again in ${Math.ceil(nextInMs / 1000)} s`,
  ])
  return [
    `${item}, generation ${generation}, lane ${lane}`,
    `${code} since ${moment(diedAtMs)}${change === null ? '' : `, change ${change}`}`,
    discarded === null
      ? advice
      : `discarded by ${discarded.by} at ${moment(discarded.atMs)}: ${discarded.reason}; a replay takes that back`,
    '',
    table(['tried (UTC)', 'code', 'then'], tried),
    ...replays.map(
      ({ atMs, by, ofGeneration, ofCode }) =>
        `replayed by ${by} at ${moment(atMs)}, from generation ${ofGeneration}${ofCode === null ? '' : ` (${ofCode})`}`,
    ),
  ].join('\n')
}
