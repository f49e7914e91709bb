import { userInfo } from 'node:os'
import { failures, itemId, type ItemState } from '@seatkeeper/core'
import { replay } from '@seatkeeper/fulfilment'
import { letterOf } from '@seatkeeper/queue'
import { StartError } from '@seatkeeper/service'
import { Command } from 'commander'
import { withLedger, type Opened } from './connection.ts'
import type { Surroundings } from './program.ts'
import { moment, table } from './table.ts'

/** `seatkeeper dead-letter`: what could not be done, why, and another try. */
export function deadLetterCommand(surroundings: Surroundings): Command {
  const { print } = surroundings
  const command = new Command('dead-letter').description('what could not be done: list, show and replay it')
  command
    .command('list')
    .description('every dead letter, oldest first')
    .option('--code <code>', 'only those that died of this failure code')
    .option('--json', 'for programs')
    .action(async ({ code, json }: { code?: string; json?: true }) => {
      const dead = await withLedger(surroundings, ({ ledger }) => deadOf(ledger, code))
      print(json ? JSON.stringify(dead.map(letterOf), null, 2) : listText(dead))
    })
  command
    .command('show')
    .description('one dead letter: its failure, advice, attempts and replays')
    .argument('<item>', 'its item, such as seat-… or order-…')
    .option('--json', 'for programs')
    .action(async (id: string, { json }: { json?: true }) => {
      const state = await withLedger(surroundings, ({ ledger }) => oneDead(ledger, id))
      print(json ? JSON.stringify(letterOf(state), null, 2) : letterText(state))
    })
  command
    .command('replay')
    .description('try dead letters again, once their cause is gone')
    .argument('[items...]', 'their items')
    .option('--code <code>', 'all that died of this failure code')
    .option('--all', 'all there are')
    .option('--by <name>', 'who asks, for the record', userInfo().username)
    .option('--dry-run', 'only say which')
    .option('--json', 'for programs')
    .action((items: string[], options: ReplayOptions, self: Command) => {
      if (!isOneChoice(items, options))
        self.error('error: say which dead letters to replay: their items, or --code CODE, or --all')
      return replayCommand(surroundings, items, options)
    })
  return command
}

interface ReplayOptions {
  readonly code?: string
  readonly all?: true
  readonly by: string
  readonly dryRun?: true
  readonly json?: true
}

function isOneChoice(items: readonly string[], { code, all }: ReplayOptions): boolean {
  return [items.length > 0, code !== undefined, all === true].filter(Boolean).length === 1
}

async function replayCommand(
  surroundings: Surroundings,
  items: readonly string[],
  options: ReplayOptions,
): Promise<void> {
  const { code, by, dryRun, json } = options
  await withLedger(surroundings, async ({ ledger, wakeUps, deadLetters }) => {
    const dead = (await deadOf(ledger, code)).map(({ item }) => itemId(item))
    const chosen = items.length > 0 ? items : dead
    const revive = replay({ agenda: ledger, wake: (due) => wakeUps.wake(due) })
    const revived = dryRun ? chosen.filter((id) => dead.includes(id)) : await revive(chosen, by)
    if (!dryRun) await deadLetters.sync(await ledger.dead())
    const skipped = chosen.filter((id) => !revived.includes(id))
    if (json)
      return surroundings.print(JSON.stringify({ dryRun: dryRun === true, replayed: revived, notDead: skipped }))
    for (const id of revived) surroundings.print(`${id} ${dryRun ? 'would be' : 'is being'} tried again`)
    for (const id of skipped) surroundings.print(`${id} is not dead and was left alone`)
    if (chosen.length === 0) surroundings.print('There are no such dead letters.')
  })
}

async function deadOf(ledger: Opened['ledger'], code?: string): Promise<readonly ItemState[]> {
  if (code !== undefined && !Object.hasOwn(failures, code))
    throw new StartError(`There is no failure code ${code}; docs/failures.md lists them.`)
  const dead = await ledger.dead()
  return code === undefined ? dead : dead.filter(({ failure }) => failure?.code === code)
}

async function oneDead(ledger: Opened['ledger'], id: string): Promise<ItemState> {
  const state = await ledger.readItem(id)
  if (state?.status === 'dead') return state
  throw new StartError(`There is no dead letter ${id}; see: seatkeeper dead-letter list`)
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
  const { item, code, advice, diedAtMs, lane, generation, attempts, replays } = letterOf(state)
  const tried = attempts.map(({ atMs, code: reason, nextInMs }) => [
    moment(atMs),
    reason,
    nextInMs === null ? 'gave up' : `again in ${Math.ceil(nextInMs / 1000)} s`,
  ])
  return [
    `${item}, generation ${generation}, lane ${lane}`,
    `${code} since ${moment(diedAtMs)}`,
    advice,
    '',
    table(['tried (UTC)', 'code', 'then'], tried),
    ...replays.map(
      ({ atMs, by, ofGeneration }) => `replayed by ${by} at ${moment(atMs)}, from generation ${ofGeneration}`,
    ),
  ].join('\n')
}
