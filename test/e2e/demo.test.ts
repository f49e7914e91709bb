import { stripVTControlCharacters } from 'node:util'
import { expect, it, jest } from '@jest/globals'
import { runChild } from './child.ts'

jest.setTimeout(150_000)

it('plays every scene of the demo, and ends with 0 and a table of all seats', async () => {
  const { code, stdout, stderr } = await runChild({ script: 'apps/sandbox/src/demo/main.ts', args: ['--exit'] })
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const text = stripVTControlCharacters(stdout)
  expect(text.match(/ … ✓ /g)).toHaveLength(9)
  expect(rowsOf(text)).toEqual([
    ['ada in course-v1:DemoU+CS101+2026', 'verified', 'verified', 'as it must be'],
    ['grace in course-v1:DemoU+CS101+2026', 'verified', 'verified', 'as it must be'],
    ['grace in course-v1:DemoU+ART+2026', 'verified', 'verified', 'as it must be'],
    ['alan in course-v1:DemoU+LOGIC+2026', 'verified', 'verified', 'as it must be'],
    ['edsger in course-v1:DemoU+CS101+2026', 'verified', 'verified', 'as it must be'],
    ['barbara in course-v1:DemoU+ART+2026', 'none', 'inactive', 'as it must be'],
    ['donald in course-v1:DemoU+ART+2026', 'none', 'no row', 'as it must be'],
    ['frances in course-v1:DemoU+LOGIC+2026', 'verified', 'verified', 'as it must be'],
    ['tony in course-v1:DemoU+BREAD+2026', 'verified', 'verified', 'as it must be'],
    ['margaret in course-v1:DemoU+CS101+2026', 'verified', 'verified', 'as it must be'],
  ])
  expect(text).toMatch(/^Dashboard: http:\/\/127\.0\.0\.1:\d+ {2}password: \S+$/m)
})

/** Seat, wanted, LMS and outcome of each line of the table. */
function rowsOf(text: string): readonly (readonly string[])[] {
  const lines = text.split('\n').filter((line) => /^│ \d/.test(line))
  return lines.map((line) =>
    line
      .split('│')
      .slice(2, 6)
      .map((cell) => cell.trim()),
  )
}
