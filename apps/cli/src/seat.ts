import { userInfo } from 'node:os'
import {
  CourseKey,
  CourseMode,
  EmailAddress,
  itemId,
  LmsId,
  noEnrolment,
  SeatId,
  wanted,
  type Seat,
} from '@seatkeeper/core'
import { lmsesOf } from '@seatkeeper/queue'
import { StartError } from '@seatkeeper/service'
import { Command } from 'commander'
import type { z } from 'zod'
import { withLedger, type Opened } from './connection.ts'
import type { Surroundings } from './program.ts'
import { moment, table } from './table.ts'
import { someWords } from './words.ts'

/** `seatkeeper seat`: one learner in one course run, and what an operator decides about it. */
export function seatCommand(surroundings: Surroundings): Command {
  const command = new Command('seat').description(
    'one learner in one course run: why it is as it is, and decisions about it',
  )
  command
    .command('show')
    .description('what is wanted of a seat and why: the claims that hold it, and what happened to it')
    .argument('<seat>', 'its id, as order show prints it')
    .option('--json', 'for programs')
    .action(async (text: string, { json }: { json?: true }) => {
      const shown = await withLedger(surroundings, ({ ledger }) => readShown(ledger, text))
      surroundings.print(json ? JSON.stringify(asJson(shown), null, 2) : asText(shown))
    })
  decisionCommand(surroundings, command, 'grant', 'give a seat, whatever the shops say')
  decisionCommand(surroundings, command, 'deny', 'end a seat and keep it ended, whoever pays')
  decisionCommand(surroundings, command, 'release', 'take a decision back: the shops decide again')
  return command
}

const accessOf = { grant: 'granted', deny: 'denied', release: 'withdrawn' } as const

interface DecisionOptions {
  readonly lms?: string
  readonly course?: string
  readonly email?: string
  readonly mode: string
  readonly reason: string
  readonly by: string
  readonly json?: true
}

function decisionCommand(
  surroundings: Surroundings,
  parent: Command,
  name: keyof typeof accessOf,
  description: string,
): void {
  parent
    .command(name)
    .description(description)
    .argument('[seat]', 'its id; or else say --lms, --course and --email')
    .option('--lms <name>', 'short name of the LMS')
    .option('--course <key>', 'key of the course run')
    .option('--email <address>', 'address of the learner')
    .option('--mode <mode>', 'course mode to give', 'verified')
    .requiredOption('--reason <words>', 'why, for the record; name nobody', someWords)
    .option('--by <name>', 'who decides, for the record', someWords, userInfo().username)
    .option('--json', 'for programs')
    .action((seat: string | undefined, options: DecisionOptions) => decide(surroundings, name, seat, options))
}

async function decide(
  surroundings: Surroundings,
  name: keyof typeof accessOf,
  text: string | undefined,
  options: DecisionOptions,
): Promise<void> {
  await withLedger(surroundings, async ({ ledger, wakeUps }) => {
    const target = text === undefined ? await named(ledger, options) : await existing(ledger, text, options)
    const { by, reason, json } = options
    const { seat, wakeUps: due } = await ledger.setOperatorClaim({ ...target, access: accessOf[name], by, reason })
    await wakeUps.wake(due)
    surroundings.print(
      json
        ? JSON.stringify({ seat, decision: accessOf[name] })
        : `seat-${seat}: ${accessOf[name]} by ${by}; it is being settled`,
    )
  })
}

/** A seat named by who learns what where; it is made if it is not there. */
async function named(ledger: Opened['ledger'], { lms, course, email, mode }: DecisionOptions) {
  const item = {
    lms: read(LmsId, '--lms', lms),
    course: read(CourseKey, '--course', course),
    mode: read(CourseMode, '--mode', mode),
  }
  const learner = read(EmailAddress, '--email', email)
  refuseUnknownLms(item.lms, lmsesOf(await ledger.lanes()))
  return { item, seat: null, learner }
}

/** A seat at an LMS that no worker serves would be due for ever. */
function refuseUnknownLms(lms: LmsId, known: readonly LmsId[]): void {
  if (known.includes(lms)) return
  const others = known.length === 0 ? 'no worker of an LMS has started yet' : `there are ${known.join(', ')}`
  throw new StartError(`No LMS ${lms} is known here; ${others}.`)
}

async function existing(ledger: Opened['ledger'], text: string, { mode }: DecisionOptions) {
  const seat = await readSeat(ledger, text)
  return {
    item: { lms: seat.lms, course: seat.course, mode: read(CourseMode, '--mode', mode) },
    seat: seat.id,
    learner: null,
  }
}

function read<Schema extends z.ZodType>(schema: Schema, option: string, text: string | undefined): z.output<Schema> {
  if (text === undefined)
    throw new StartError(`Say which seat: its id, or --lms, --course and --email; ${option} is missing.`)
  const parsed = schema.safeParse(text)
  if (!parsed.success)
    throw new StartError(`${option} cannot be that: ${parsed.error.issues[0]?.message ?? 'not understood'}.`)
  return parsed.data
}

async function readSeat(ledger: Opened['ledger'], text: string): Promise<Seat> {
  const id = SeatId.safeParse(text.replace(/^seat-/, ''))
  const seat = id.success ? await ledger.readSeat(id.data) : undefined
  if (seat === undefined)
    throw new StartError(`There is no seat ${text}; seatkeeper order show prints the ids of an order's seats.`)
  return seat
}

async function readShown(ledger: Opened['ledger'], text: string) {
  const seat = await readSeat(ledger, text)
  const name = itemId({ kind: 'seat', lms: seat.lms, seat: seat.id })
  const [item, timeline] = await Promise.all([ledger.readItem(name), ledger.timeline(name)])
  return { seat, item, timeline: timeline.filter(({ what }) => what !== 'said') }
}

type Shown = Awaited<ReturnType<typeof readShown>>

/** Without the learner's address and name. */
function asJson({ seat, item, timeline }: Shown): object {
  const { id, lms, course, baseline, applied, invited, claims, orders, decision } = seat
  const status = item?.failure?.code ?? item?.waitReason ?? item?.status
  return {
    id,
    lms,
    course,
    status,
    wanted: wanted(claims, baseline ?? noEnrolment),
    baseline,
    applied,
    invited,
    claims,
    orders,
    decision,
    timeline,
  }
}

function asText({ seat, item, timeline }: Shown): string {
  const { decision } = seat
  const goal = wanted(seat.claims, seat.baseline ?? noEnrolment)
  return [
    `seat-${seat.id}: ${seat.course} on ${seat.lms}; ${item?.failure?.code ?? item?.waitReason ?? item?.status ?? 'unknown'}`,
    `wanted ${goal.isActive ? goal.mode : 'none'}; applied ${seat.applied?.isActive === true ? seat.applied.mode : 'none'}; before us ${seat.baseline?.isActive === true ? seat.baseline.mode : 'none'}`,
    ...(decision === null
      ? []
      : [`${decision.access} by ${decision.by} at ${moment(decision.atMs)}: ${decision.reason}`]),
    '',
    table(
      ['claim', 'access', 'mode'],
      seat.claims.map(({ key, access, mode }) => [key, access, mode]),
    ),
    '',
    table(
      ['when (UTC)', 'what', 'detail'],
      timeline.map(({ atMs, what, detail }) => [moment(atMs), what, detail]),
    ),
  ].join('\n')
}
