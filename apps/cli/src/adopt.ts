import { userInfo } from 'node:os'
import type { Enrolment } from '@seatkeeper/core'
import { adopt, type AdoptedOrder, type AdoptRange } from '@seatkeeper/fulfilment'
import { createWooStore, policyOf } from '@seatkeeper/woocommerce'
import { Command, Option } from 'commander'
import { campusesOf } from './campuses.ts'
import { withLedger, type Opened } from './connection.ts'
import { erasureKeysOf } from './erasure-keys.ts'
import { readMoment } from './moment.ts'
import { patientStore } from './patience.ts'
import type { Surroundings } from './program.ts'
import { storeOf } from './store-of.ts'
import { table } from './table.ts'
import { someWords } from './words.ts'

interface AdoptOptions {
  readonly store: string
  readonly since: number
  readonly apply?: true
  readonly dryRun?: true
  readonly by: string
  readonly json?: true
}

const moment = (text: string) => readMoment(text, Date.now())
/** Older than any WooCommerce shop. */
const everything = moment('2011-01-01')
const hoursMs = 3_600_000

/** `seatkeeper adopt`: takes over the orders of a shop that another integration looked after. */
export function adoptCommand(surroundings: Surroundings): Command {
  return new Command('adopt')
    .description('take over orders that another integration looked after: what matches at the LMS counts as ours')
    .requiredOption('--store <name>', 'short name of the store')
    .addOption(
      new Option('--since <time>', 'orders modified since: 2d, 6h, 30m, a date or a time')
        .argParser(moment)
        .default(everything, 'all'),
    )
    .option('--apply', 'adopt what does not match too, and so enrol and end')
    .option('--dry-run', 'only say what would be done')
    .option('--by <name>', 'who asks, for the record', someWords, userInfo().username)
    .option('--json', 'for programs')
    .action((options: AdoptOptions) => adoptNow(surroundings, options))
}

async function adoptNow(surroundings: Surroundings, options: AdoptOptions): Promise<void> {
  const { store: name, since, json } = options
  const config = storeOf(surroundings, name)
  const range: AdoptRange = {
    store: config.id,
    sinceMs: since,
    dryRun: options.dryRun === true,
    applies: options.apply === true,
    onProgress: (step, count) => surroundings.progress(`${count} ${step}`),
    signal: AbortSignal.timeout(12 * hoursMs),
  }
  const adopting = async ({ ledger, wakeUps }: Opened) => {
    const store = patientStore(createWooStore(config))
    const wake: typeof wakeUps.wake = (due) => wakeUps.wake(due)
    const lmsOf = campusesOf(surroundings, ledger)
    const detail = `modified since ${new Date(since).toISOString()}${range.applies ? ', applied' : ''}`
    if (!range.dryRun) await ledger.recordAction({ by: options.by, action: 'adopt', on: config.id, detail })
    return adopt({ ledger, store, lmsOf, policy: policyOf(config), wake })(range)
  }
  const orders = await withLedger(surroundings, adopting, { erasureKeys: erasureKeysOf(surroundings) })
  surroundings.print(json ? JSON.stringify({ dryRun: range.dryRun, orders }, null, 2) : asText(orders, range))
}

const heading = ['order', 'shop says', 'line', 'course run', 'LMS', 'wanted', 'at the LMS', 'so it is', 'order is']

function asText(orders: readonly AdoptedOrder[], { dryRun }: AdoptRange): string {
  const rows = orders.flatMap(rowsOf)
  if (rows.length === 0) return `${orders.length} orders, none of which sells a course.`
  return `${table(heading, rows)}\n\n${summary(orders, dryRun)}`
}

function rowsOf({ order, status, outcome, trouble, claims }: AdoptedOrder): readonly (readonly string[])[] {
  const seats = claims.map(({ line, lms, course, wanted, found, verdict }) => {
    const modes = [inWords(wanted), inWords(found)]
    return [order, status, line, course, lms, ...modes, verdict, outcome]
  })
  return trouble === null ? seats : [...seats, [order, status, '', '', '', '', '', trouble, outcome]]
}

function inWords({ isActive, mode }: Enrolment): string {
  return isActive ? (mode ?? 'active') : 'none'
}

function summary(orders: readonly AdoptedOrder[], isDryRun: boolean): string {
  const count = (outcome: AdoptedOrder['outcome']) => orders.filter((order) => order.outcome === outcome).length
  const adopted = `${count('adopted')} of ${orders.length} orders ${isDryRun ? 'would be' : 'are'} adopted`
  const changed = count('changed') === 0 ? '' : `, ${count('changed')} changed meanwhile: adopt again`
  return `${adopted}, ${count('left')} left alone${changed}.`
}
