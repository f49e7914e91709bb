import type { SystemProcesses } from './processes.ts'
import { until } from './until.ts'

const courseNames = { CS101: 'Computer Science 101', ART: 'History of Art', BREAD: 'Baking Bread' }

/** The key of a course run of the campus. */
export function courseKey(run: string): string {
  return `course-v1:DemoU+${run}+2026`
}

/** Puts three course runs on the LMS. */
export function addCourses({ campus }: Pick<SystemProcesses, 'campus'>): void {
  for (const [run, name] of Object.entries(courseNames)) {
    campus.addCourse({ key: courseKey(run), name, modes: [{ slug: 'audit' }, { slug: 'verified', price: 49 }] })
  }
}

/** Where a learner's mail goes. */
export function addressOf(learner: string): string {
  return `${learner}@example.org`
}

/** Gives somebody an account. */
export function register({ campus }: Pick<SystemProcesses, 'campus'>, learner: string): void {
  campus.addUser({ username: learner, email: addressOf(learner) })
}

/** What the LMS holds: the mode of an active row, `inactive`, or `nothing`. */
export function held({ campus }: Pick<SystemProcesses, 'campus'>, learner: string, run: string): string {
  const row = campus.row(learner, courseKey(run))
  if (row === undefined) return 'nothing'
  return row.isActive ? row.mode : 'inactive'
}

/** Waits until the LMS holds this; else says what our processes wrote. */
export async function untilHeld(
  system: SystemProcesses,
  { learner, run, mode, withinMs }: { learner: string; run: string; mode: string; withinMs?: number },
): Promise<void> {
  const explain = () =>
    Object.entries(system.processes)
      .map(([name, { child }]) => `--- ${name}\n${child().stdout().slice(-4000)}${child().stderr()}`)
      .join('\n')
  const options = { explain, ...(withinMs === undefined ? {} : { withinMs }) }
  await until(`${learner} holds ${mode} in ${run}`, () => held(system, learner, run) === mode, options)
}
