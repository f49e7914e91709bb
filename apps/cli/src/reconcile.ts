import { userInfo } from 'node:os'
import { reconcileRange, type DifferingOrder } from '@seatkeeper/fulfilment'
import { createWooStore, policyOf } from '@seatkeeper/woocommerce'
import { Command, Option } from 'commander'
import { withLedger } from './connection.ts'
import { readMoment } from './moment.ts'
import type { Surroundings } from './program.ts'
import { storeOf } from './store-of.ts'
import { table } from './table.ts'
import { someWords } from './words.ts'

interface ReconcileOptions {
  readonly store: string
  readonly since: number
  readonly until?: number
  readonly dryRun?: true
  readonly by: string
  readonly json?: true
}

const moment = (text: string) => readMoment(text, Date.now())

/** `seatkeeper reconcile`: compares orders with their shop and has those that differ read again. */
export function reconcileCommand(surroundings: Surroundings): Command {
  return new Command('reconcile')
    .description('compare the orders of a time with their shop, and have those that differ read again')
    .requiredOption('--store <name>', 'short name of the store')
    .addOption(
      new Option('--since <time>', 'orders modified since: 2d, 6h, 30m, a date or a time')
        .argParser(moment)
        .default(moment('1d'), '1d'),
    )
    .option('--until <time>', 'and until; now unless given', moment)
    .option('--dry-run', 'only say what would change')
    .option('--by <name>', 'who asks, for the record', someWords, userInfo().username)
    .option('--json', 'for programs')
    .action((options: ReconcileOptions) => reconcileNow(surroundings, options))
}

async function reconcileNow(
  surroundings: Surroundings,
  { store: name, since, until, dryRun, by, json }: ReconcileOptions,
): Promise<void> {
  const config = storeOf(surroundings, name)
  const differing = await withLedger(surroundings, async ({ ledger, wakeUps }) => {
    const detail = `modified since ${new Date(since).toISOString()}`
    if (!dryRun) await ledger.recordAction({ by, action: 'reconcile', on: config.id, detail })
    const compare = reconcileRange({
      ledger,
      store: createWooStore(config),
      policy: policyOf(config),
      wake: (due) => wakeUps.wake(due),
    })
    return compare({
      store: config.id,
      sinceMs: since,
      untilMs: until,
      dryRun: dryRun === true,
      onProgress: ({ looked, differing: found }) =>
        surroundings.progress(`${looked} orders looked at, ${found} differ`),
      signal: AbortSignal.timeout(3_600_000),
    })
  })
  surroundings.print(
    json ? JSON.stringify({ dryRun: dryRun === true, differing }, null, 2) : asText(differing, dryRun === true),
  )
}

function asText(differing: readonly DifferingOrder[], isDryRun: boolean): string {
  if (differing.length === 0) return 'Every order is as its shop says.'
  const rows = differing.flatMap(({ order, status, changes, trouble }) => [
    ...changes.map(({ line, unit, lms, course, to }) => [order, status, `${line}.${unit}`, `${course} on ${lms}`, to]),
    ...(trouble === null ? [] : [[order, status, '', '', trouble]]),
  ])
  const count = differing.length === 1 ? '1 order' : `${differing.length} orders`
  const heading = ['order', 'shop says', 'line.unit', 'seat', 'becomes']
  return `${table(heading, rows)}\n\n${count} ${isDryRun ? 'to be' : 'now being'} read again.`
}
