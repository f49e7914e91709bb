import { userInfo } from 'node:os'
import { failures, laneOf, type GateState, type LanePause } from '@seatkeeper/core'
import { gateOf, type LaneDepth } from '@seatkeeper/queue'
import { StartError } from '@seatkeeper/service'
import { Command } from 'commander'
import { withLedger, type Opened } from './connection.ts'
import type { Surroundings } from './program.ts'
import { moment, table } from './table.ts'
import { someWords } from './words.ts'

/** `seatkeeper lane`: the queues, how they stand, and stopping one by hand. */
export function laneCommand(surroundings: Surroundings): Command {
  const command = new Command('lane').description('the lanes that work goes through: list, pause and resume them')
  command
    .command('list')
    .description('every lane: its gate, who stopped it, and its jobs')
    .option('--json', 'for programs')
    .action(async ({ json }: { json?: true }) => {
      const lanes = await withLedger(surroundings, readLanes)
      surroundings.print(json ? JSON.stringify(lanes, null, 2) : asText(lanes))
    })
  decisionCommand(surroundings, command, 'pause', 'stop a lane until somebody resumes it; what runs goes on')
  decisionCommand(surroundings, command, 'resume', 'let a lane go on that was paused')
  return command
}

interface LaneState {
  readonly lane: string
  readonly paused: Omit<LanePause, 'lane'> | null
  readonly gate: GateState
  readonly jobs: LaneDepth
}

async function readLanes({ ledger, wakeUps }: Opened): Promise<readonly LaneState[]> {
  const pauses = new Map((await ledger.pausedLanes()).map(({ lane, ...pause }) => [lane, pause]))
  const names = [...new Set([...(await ledger.lanes()), ...pauses.keys()])].toSorted()
  const depths = await wakeUps.depths(names)
  return Promise.all(
    names.map(async (lane) => {
      const gate = gateOf(lane)
      const state = gate === undefined ? ({ state: 'open' } as const) : await ledger.gates.read(gate)
      return { lane, paused: pauses.get(lane) ?? null, gate: state, jobs: depths.get(lane) ?? noJobs }
    }),
  )
}

const noJobs: LaneDepth = { waiting: 0, prioritized: 0, active: 0, delayed: 0, failed: 0 }

function asText(lanes: readonly LaneState[]): string {
  if (lanes.length === 0) return 'No order has come yet. Lanes appear with the first one.'
  const rows = lanes.map(({ lane, paused, gate, jobs }) => [
    lane,
    paused === null ? 'runs' : 'paused',
    gate.state,
    ...[jobs.waiting + jobs.prioritized, jobs.active, jobs.delayed].map(String),
    paused === null ? '' : `${paused.by} at ${moment(paused.atMs)}: ${paused.reason}`,
  ])
  const shut = lanes.flatMap(({ lane, gate }) =>
    gate.state === 'open' ? [] : [`${lane}: ${gate.code}. ${failures[gate.code].advice}`],
  )
  const heading = ['lane', 'state', 'gate', 'waiting', 'active', 'delayed', 'paused by']
  return [table(heading, rows), ...shut].join('\n')
}

interface DecisionOptions {
  readonly reason: string
  readonly by: string
  readonly json?: true
}

function decisionCommand(
  surroundings: Surroundings,
  parent: Command,
  name: 'pause' | 'resume',
  description: string,
): void {
  parent
    .command(name)
    .description(description)
    .argument('<lane>', 'its name, such as enroll.campus')
    .requiredOption('--reason <words>', 'why, for the record; name nobody', someWords)
    .option('--by <name>', 'who decides, for the record', someWords, userInfo().username)
    .option('--json', 'for programs')
    .action(async (lane: string, { reason, by, json }: DecisionOptions) => {
      refuseUnknown(lane)
      const decision = { lane, reason, by }
      const isChanged = await withLedger(surroundings, ({ ledger }) =>
        name === 'pause' ? ledger.pauseLane(decision) : ledger.resumeLane(decision),
      )
      const state = name === 'pause' ? 'paused' : 'running'
      surroundings.print(
        json
          ? JSON.stringify({ lane, state, changed: isChanged })
          : `${lane} ${isChanged ? 'is' : 'was already'} ${state}`,
      )
    })
}

/** A lane without work yet may be paused as well. */
function refuseUnknown(lane: string): void {
  const [role = '', name = ''] = lane.split('.')
  if (Object.hasOwn(laneOf, role) && /^[a-z][a-z0-9-]*$/.test(name)) return
  throw new StartError(`There is no lane ${lane}; see: seatkeeper lane list`)
}
