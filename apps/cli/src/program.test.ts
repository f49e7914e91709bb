import { describe, expect, it } from '@jest/globals'
import { createProgram } from './program.ts'

/** What a command says of itself, on one line. */
function helpOf(name: string): string {
  const program = createProgram({
    env: {},
    print: () => undefined,
    progress: () => undefined,
    endWith: () => undefined,
  })
  const command = program.commands.find((each) => each.name() === name)
  return command?.helpInformation().replace(/\s+/g, ' ') ?? ''
}

describe('--help', () => {
  it.each([
    ['reconcile', '1d'],
    ['adopt', 'all'],
  ])('names the default time of %s as one would write it', (name, time) => {
    expect(helpOf(name)).toContain(
      `--since <time> orders modified since: 2d, 6h, 30m, a date or a time (default: ${time})`,
    )
  })
})
