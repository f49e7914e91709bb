import { userInfo } from 'node:os'
import { EmailAddress } from '@seatkeeper/core'
import { erase, SeatNotEnded, type Erased } from '@seatkeeper/fulfilment'
import { StartError } from '@seatkeeper/service'
import { Command } from 'commander'
import { withLedger } from './connection.ts'
import { erasureKeysOf } from './erasure-keys.ts'
import type { Surroundings } from './program.ts'
import { someWords } from './words.ts'

interface EraseOptions {
  readonly endSeats?: true
  readonly by: string
  readonly yes?: true
  readonly dryRun?: true
  readonly json?: true
}

const withinMs = 300_000

/** `seatkeeper erase`: forgets a learner, for good. */
export function eraseCommand(surroundings: Surroundings): Command {
  return new Command('erase')
    .description(
      'forget a learner: seats, addresses and accounts, in Redis and in its files; shop and LMS are not touched',
    )
    .argument('<email>', 'address of the learner')
    .option('--end-seats', 'end their seats at the LMS first; else these stay as they are')
    .option('--by <name>', 'who asks, for the record', someWords, userInfo().username)
    .option('--yes', 'do not ask')
    .option('--dry-run', 'only say how much would be forgotten')
    .option('--json', 'for programs')
    .action((text: string, options: EraseOptions) => eraseNow(surroundings, text, options))
}

async function eraseNow(surroundings: Surroundings, text: string, options: EraseOptions): Promise<void> {
  const email = EmailAddress.safeParse(text)
  if (!email.success) throw new StartError('This is not an e-mail address.')
  const { print, progress } = surroundings
  const keys = erasureKeysOf(surroundings)
  if (keys.length === 0)
    throw new StartError('The configuration has no erasure.keys: without a key nobody could be kept forgotten.')
  const isDryRun = options.dryRun === true
  const erased = await withLedger(
    surroundings,
    async ({ ledger, wakeUps, deadLetters }) => {
      const forget = erase({ ledger, wake: (due) => wakeUps.wake(due) })
      const request = { email: email.data, by: options.by, endsSeats: options.endSeats === true, onProgress: progress }
      const found = await forget({ ...request, dryRun: true, signal: AbortSignal.timeout(withinMs) })
      if (isDryRun) return found
      if (!options.yes) await confirm(surroundings, found)
      const done = await forget({ ...request, dryRun: false, signal: AbortSignal.timeout(withinMs) }).catch(
        sayWhatIsLeft,
      )
      await deadLetters.sync(ledger)
      return done
    },
    { erasureKeys: keys },
  )
  print(options.json ? JSON.stringify({ dryRun: isDryRun, ...erased }, null, 2) : asText(erased, isDryRun))
}

async function confirm({ ask }: Surroundings, found: Erased): Promise<void> {
  if (ask === undefined) throw new StartError('Nobody is there to be asked. Look with --dry-run, then say --yes.')
  const answer = await ask(`Forget ${extentOf(found)} for good? Type yes: `)
  if (answer.trim() !== 'yes') throw new StartError('Nothing was erased.')
}

function sayWhatIsLeft(error: unknown): never {
  if (!(error instanceof SeatNotEnded)) throw error
  throw new StartError(
    `Nothing was erased, because ${error.message} and not ended at the LMS. Put that right, or leave out --end-seats; then erase again.`,
    { cause: error },
  )
}

function extentOf({ addresses, seats, orders }: Erased): string {
  return `${addresses} ${addresses === 1 ? 'address' : 'addresses'}, ${seats.length} seats, ${orders.length} orders that claim them`
}

function asText(erased: Erased, isDryRun: boolean): string {
  if (isDryRun) return `Would forget ${extentOf(erased)}.`
  return [`Forgot ${extentOf(erased)}.`, ...aboutFiles[erased.files ?? 'rewritten']].join('\n')
}

const aboutFiles = {
  rewritten: ['Redis has written its files anew; backups are yours to let run out.'],
  forbidden: ['Our Redis user may not have the files written anew: run BGREWRITEAOF and BGSAVE as one who may.'],
  failed: [
    'Redis could not write its files anew, so they still hold what was erased: look into its log, then run BGREWRITEAOF and BGSAVE.',
  ],
} as const
