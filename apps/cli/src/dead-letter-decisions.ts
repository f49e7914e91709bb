import { userInfo } from 'node:os'
import { itemId, type DeadFilter, type ItemState } from '@seatkeeper/core'
import { countByCode, discard, replay, replaysPerSecond } from '@seatkeeper/fulfilment'
import { Command, InvalidArgumentError } from 'commander'
import { withLedger } from './connection.ts'
import { isNarrowed, readDeadFilter, withDeadFilter, type DeadFilterOptions } from './dead-filter.ts'
import type { Surroundings } from './program.ts'
import { table } from './table.ts'
import { someWords } from './words.ts'

interface DecisionOptions extends DeadFilterOptions {
  readonly all?: true
  readonly by: string
  readonly dryRun?: true
  readonly json?: true
}

/** `seatkeeper dead-letter replay`: another try, paced. */
export function replayCommand(surroundings: Surroundings): Command {
  return decisionCommand('replay', 'try dead letters again, once their cause is gone')
    .option('--rate <number>', 'how many a second, all who replay together', readRate, replaysPerSecond)
    .action(async (items: string[], options: DecisionOptions & { rate: number }, self: Command) => {
      const filter = chosen(items, options, self)
      const { by, rate, json } = options
      await withLedger(surroundings, async ({ ledger, wakeUps, deadLetters }) => {
        if (options.dryRun) return preview(surroundings, await ledger.dead(filter), filter, options)
        const { replayed, left } = await replay({ agenda: ledger, wake: (due) => wakeUps.wake(due) })({
          filter,
          by,
          perSecond: rate,
          onProgress: ({ done, of }) => surroundings.progress(`${done} of ${of} replayed`),
        })
        await deadLetters.sync(ledger)
        if (json) return surroundings.print(JSON.stringify({ dryRun: false, replayed, notDead: left }))
        tell(surroundings, { done: replayed, left, oneIs: 'is being tried again', manyAre: 'are being tried again' })
      })
    })
}

/** `seatkeeper dead-letter discard`: nothing tries them again by itself. */
export function discardCommand(surroundings: Surroundings): Command {
  return decisionCommand('discard', 'give dead letters up for good; only what changes, or a replay, revives them')
    .requiredOption('--reason <words>', 'why, for the record; name nobody', someWords)
    .action(async (items: string[], options: DecisionOptions & { reason: string }, self: Command) => {
      const filter = chosen(items, options, self)
      const { by, reason, json } = options
      await withLedger(surroundings, async ({ ledger, deadLetters }) => {
        if (options.dryRun) return preview(surroundings, await ledger.dead(filter), filter, options)
        const { discarded, left } = await discard({ agenda: ledger })({ filter, by, reason })
        await deadLetters.sync(ledger)
        if (json) return surroundings.print(JSON.stringify({ dryRun: false, discarded, notDead: left }))
        tell(surroundings, { done: discarded, left, oneIs: 'is given up', manyAre: 'are given up' })
      })
    })
}

function decisionCommand(name: string, description: string): Command {
  return withDeadFilter(new Command(name))
    .description(description)
    .argument('[items...]', 'their items; or else say which by options')
    .option('--all', 'all there are')
    .option('--by <name>', 'who asks, for the record', someWords, userInfo().username)
    .option('--dry-run', 'only say how many of each code')
    .option('--json', 'for programs')
}

/** By name, by what narrows them, or all: exactly one of the three. */
function chosen(items: readonly string[], options: DecisionOptions, self: Command): DeadFilter {
  const ways = [items.length > 0, isNarrowed(options), options.all === true].filter(Boolean).length
  if (ways !== 1)
    self.error('error: say which dead letters: their items, or what they have in common such as --code CODE, or --all')
  return items.length > 0 ? { items } : readDeadFilter(options)
}

function readRate(text: string): number {
  const rate = Number(text)
  if (!(rate >= 0.1 && rate <= 1000)) throw new InvalidArgumentError('Give a number from 0.1 to 1000.')
  return rate
}

function preview(
  { print }: Surroundings,
  dead: readonly ItemState[],
  { items = [] }: DeadFilter,
  { json }: DecisionOptions,
): void {
  const found = dead.map(({ item }) => itemId(item))
  const notDead = items.filter((id) => !found.includes(id))
  const counts = countByCode(dead)
  if (json) return print(JSON.stringify({ dryRun: true, found, notDead, byCode: Object.fromEntries(counts) }))
  if (counts.length > 0)
    print(
      table(
        ['code', 'dead letters'],
        counts.map(([code, count]) => [code, String(count)]),
      ),
    )
  if (counts.length === 0) print('There are no such dead letters.')
  for (const id of notDead) print(`${id} is not dead and would be left alone`)
}

interface Told {
  readonly done: readonly string[]
  readonly left: readonly string[]
  readonly oneIs: string
  readonly manyAre: string
}

/** More than these are counted, not named. */
const mostNamed = 20

function tell({ print }: Surroundings, { done, left, oneIs, manyAre }: Told): void {
  if (done.length === 0 && left.length === 0) return print('There are no such dead letters.')
  if (done.length > mostNamed) print(`${done.length} dead letters ${manyAre}`)
  else for (const id of done) print(`${id} ${oneIs}`)
  for (const id of left.slice(0, mostNamed)) print(`${id} is not dead and was left alone`)
  if (left.length > mostNamed) print(`${left.length - mostNamed} more are not dead and were left alone`)
}
