import { describe, expect, it } from '@jest/globals'
import type { Command } from 'commander'
import { createProgram } from './program.ts'

function aProgram(): Command {
  return createProgram({ env: {}, print: () => undefined, progress: () => undefined, endWith: () => undefined })
}

/** Every option and argument, of commands below commands too. */
function wordsOf(command: Command): readonly string[] {
  const own = [...command.options.map(({ flags }) => flags), ...command.registeredArguments.map((word) => word.name())]
  return [...own.map((word) => `${command.name()} ${word}`), ...command.commands.flatMap(wordsOf)]
}

/** What a command says of itself, on one line. */
function helpOf(name: string): string {
  const command = aProgram().commands.find((each) => each.name() === name)
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

describe('the command line', () => {
  it('takes no secret: whoever sees the processes of a machine sees it', () => {
    const words = wordsOf(aProgram())
    expect(words).toContain('erase --end-seats')
    expect(words.filter((word) => /secret|password|token|credential/i.test(word))).toEqual([])
  })
})

/** Commands that do something, by all their words. */
function leavesOf(command: Command, words = ''): readonly (readonly [string, Command])[] {
  return command.commands.flatMap((below) => {
    const path = `${words}${below.name()}`
    return below.commands.length === 0 ? [[path, below] as const] : leavesOf(below, `${path} `)
  })
}

describe.each(leavesOf(aProgram()))('seatkeeper %s', (_, command) => {
  it('has --json', () => {
    expect(command.options.map(({ long }) => long)).toContain('--json')
  })

  it('says what it does, and what each argument and option is for', () => {
    const said = [command, ...command.registeredArguments, ...command.options].map((part) =>
      typeof part.description === 'function' ? part.description() : part.description,
    )
    expect(said.filter((text) => text === '')).toEqual([])
  })
})

/** Options whose words stand in the operator log. */
const recorded = leavesOf(aProgram()).flatMap(([path, { options }]) =>
  options.filter(({ long }) => long === '--reason' || long === '--by').map((option) => [path, option] as const),
)

describe.each(recorded)('seatkeeper %s', (_, { long, parseArg }) => {
  it(`takes no empty ${long}`, () => {
    expect(() => parseArg?.(' ', undefined)).toThrow('cannot be empty')
    expect(parseArg?.('alice', undefined)).toBe('alice')
  })
})
