import Table from 'cli-table3'
import { isSeated, type Expectation } from './scenes.ts'
import type { World } from './world.ts'

/** What the LMS holds, in a word. */
function held({ campus }: Pick<World, 'campus'>, { learner, course }: Expectation): string {
  const row = campus.row(learner, course)
  if (row === undefined) return 'no row'
  return row.isActive ? row.mode : 'inactive'
}

/** From payment to the first activation, in seconds. */
function timeToEnrol({ campus }: Pick<World, 'campus'>, { learner, course, paidAtMs }: Expectation): string {
  const activated = campus.events.find(
    (event) =>
      event.kind === 'activated' && event.username === learner && event.course === course && event.atMs >= paidAtMs,
  )
  return activated === undefined ? '–' : `${((activated.atMs - paidAtMs) / 1000).toFixed(2)} s`
}

/** The demo's last word: one line per seat. */
export function reportText(world: Pick<World, 'campus'>, expectations: readonly Expectation[]): string {
  const table = new Table({
    head: ['order', 'seat', 'wanted', 'LMS', 'outcome', 'time to enrol'],
    style: { head: ['bold'], border: [], compact: true },
  })
  for (const expectation of expectations) {
    const { order, learner, course, wanted } = expectation
    const outcome = isSeated(world, expectation) ? 'as it must be' : 'WRONG'
    table.push([
      String(order),
      `${learner} in ${course}`,
      wanted ?? 'none',
      held(world, expectation),
      outcome,
      timeToEnrol(world, expectation),
    ])
  }
  return table.toString()
}

/** The seats that are not as they must be, each with what is wrong. */
export function wrongSeats(world: Pick<World, 'campus'>, expectations: readonly Expectation[]): readonly string[] {
  return expectations
    .filter((expectation) => !isSeated(world, expectation))
    .map(
      (expectation) =>
        `${expectation.learner} in ${expectation.course}: wanted ${expectation.wanted ?? 'none'}, is ${held(world, expectation)}`,
    )
}
