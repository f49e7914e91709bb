import { laneOf, type LmsId, type StoreId } from '@seatkeeper/core'
import type { Attendance } from '@seatkeeper/queue'
import { ok, unknown, wrong, type Check, type Verdict } from './finding.ts'

interface Site {
  readonly stores: readonly { readonly id: StoreId }[]
  readonly lms: readonly { readonly id: LmsId }[]
}

/** Whether every lane of every store and LMS has a worker. */
export function laneChecks(attendance: Pick<Attendance, 'workersAt'>, { stores, lms }: Site): readonly Check[] {
  return [
    ...lms.map(({ id }) => ({
      subject: `lms ${id}`,
      name: 'workers',
      run: () => attended(attendance, [laneOf.enroll(id), laneOf.revoke(id), laneOf.audit(id)]),
    })),
    ...stores.map(({ id }) => ({
      subject: `store ${id}`,
      name: 'workers',
      run: () => attended(attendance, [laneOf.orders(id), laneOf.tell(id), laneOf.chores(id)]),
    })),
  ]
}

async function attended(
  attendance: Pick<Attendance, 'workersAt'>,
  lanes: readonly string[],
): Promise<readonly Verdict[]> {
  const counts = await Promise.all(lanes.map((lane) => attendance.workersAt(lane)))
  if (counts.includes(undefined))
    return [unknown('Redis does not tell who is connected.', 'Look at the workers’ /ready instead.')]
  const empty = lanes.filter((_, index) => counts[index] === 0)
  if (empty.length === 0) return [ok(`Workers are there for ${lanes.join(', ')}.`)]
  return [wrong(`No worker serves ${empty.join(', ')}.`, `Start a worker with the role ${rolesOf(empty)}.`)]
}

const roleOf: Readonly<Record<string, string>> = { enroll: 'enroll', revoke: 'revoke', audit: 'revoke' }

function rolesOf(lanes: readonly string[]): string {
  return [...new Set(lanes.map((lane) => roleOf[lane.split('.')[0] ?? ''] ?? 'orders'))].join(' and ')
}
