import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { createProgram } from '@seatkeeper/cli'
import { failures } from '@seatkeeper/core'
import { IngressConfig } from '@seatkeeper/ingress'
import { LmsConfig } from '@seatkeeper/openedx'
import { describeSchema, loadConfig, safetyCodes } from '@seatkeeper/service'
import { StoreEntry } from '@seatkeeper/woocommerce'
import { workerConfig } from '@seatkeeper/worker'
import { parse } from 'yaml'
import { rooms, type Rule } from '../architecture/rooms.ts'
import { root } from '../command.ts'
import { configurationPage } from './configuration-page.ts'
import { commandsNamed, deadLinks, missingPlaces, readDocuments, scriptsNamed } from './documents.ts'
import { failuresPage } from './failures-page.ts'

const read = (path: string) => readFileSync(join(root, path), 'utf8')
const documents = readDocuments()
const scripts = Object.keys((JSON.parse(read('package.json')) as { scripts: Record<string, string> }).scripts)

describe.each(documents)('$path', (document) => {
  it('links only to what is there', () => {
    expect(deadLinks(document)).toEqual([])
  })

  it('names only files and folders that are there', () => {
    expect(missingPlaces(document)).toEqual([])
  })

  it('names only npm scripts that exist', () => {
    expect(scriptsNamed(document).filter((name) => !scripts.includes(name))).toEqual([])
  })

  it('names only commands and options that exist', () => {
    expect(commandsNamed(document).flatMap((words) => unknownIn(words))).toEqual([])
  })

  it('names only codes that exist', () => {
    const codes = [...document.text.matchAll(/`([A-Z]+(?:_[A-Z]+)+)`/g)].map(([, code]) => code ?? '')
    const known = new Set<string>([...Object.keys(failures), ...safetyCodes])
    const looksLikeOne = /^(LMS|STORE|LEARNER|ORDER|LEASE|DEADLINE|REDIS)_/
    const settings = /_(URL|SECRET|ID|APPENDFSYNC|ACCEPTED|REPLICAS|WATERMARK|PASSWORD)$/
    expect(codes.filter((code) => looksLikeOne.test(code) && !settings.test(code) && !known.has(code))).toEqual([])
  })

  it('says nothing of the machine it was written on', () => {
    const places = [root, `${homedir()}/`].filter((place) => place.length > 2)
    expect(places.filter((place) => document.text.includes(place))).toEqual([])
    expect(document.text).not.toMatch(/(^|[\s`'"=(])\/(home|root|Users|work)\//m)
  })
})

describe('generated pages', () => {
  it('docs/failures.md is what npm run docs would write', () => {
    expect(read('docs/failures.md')).toBe(failuresPage())
  })

  it('docs/configuration.md is what npm run docs would write', () => {
    expect(read('docs/configuration.md')).toBe(configurationPage(read('docs/seatkeeper.sample.yaml')))
  })
})

describe('docs/seatkeeper.sample.yaml', () => {
  const file = join(root, 'docs/seatkeeper.sample.yaml')
  const env = {
    SHOP_WEBHOOK_SECRET: 'a secret for a test',
    SHOP_CONSUMER_KEY: 'ck_1234567890',
    SHOP_CONSUMER_SECRET: 'cs_1234567890',
    LMS_CLIENT_ID: 'id',
    LMS_CLIENT_SECRET: 'secret',
  }
  const sample = parse(read('docs/seatkeeper.sample.yaml')) as Readonly<Record<'stores' | 'lms', readonly object[]>>

  it('is read by every process', () => {
    expect(() => loadConfig(IngressConfig, { file, env })).not.toThrow()
    expect(() => loadConfig(workerConfig(['enroll', 'revoke', 'orders']), { file, env })).not.toThrow()
  })

  it.each([
    ['stores', StoreEntry],
    ['lms', LmsConfig],
  ] as const)('shows every setting of %s and no other', (list, schema) => {
    const settings = describeSchema(schema).map(({ path }) => path.split(/[.[]/)[0])
    expect(Object.keys(sample[list][0] ?? {})).toEqual([...new Set(settings)])
  })
})

describe('docs/operations.md', () => {
  it('has every command in its table, and no other', () => {
    const section = /^## The command\n(.*?)^## /ms.exec(read('docs/operations.md'))?.[1] ?? ''
    const rows = [...section.matchAll(/^\| (`.*?`) +\|/gm)].flatMap(([, cell = '']) => [...cell.matchAll(/`([^`]+)`/g)])
    expect(new Set(rows.map(([, name]) => name))).toEqual(new Set(commandsBelow(program)))
  })
})

type Below = Pick<ReturnType<typeof createProgram>, 'commands' | 'options'>

const program = createProgram({
  env: {},
  print: () => undefined,
  progress: () => undefined,
  endWith: () => undefined,
})

/** Words of a call that the command does not know: a command, or options. */
function unknownIn(words: readonly string[], command: Below = program): readonly string[] {
  const [word, ...others] = words
  if (word !== undefined && command.commands.length > 0) {
    const below = command.commands.find((each) => each.name() === word)
    return below === undefined ? [word] : unknownIn(others, below)
  }
  const known = new Set(command.options.map(({ long }) => long))
  return words.filter((each) => each.startsWith('--') && !known.has(each))
}

/** The commands that do something, by all their words. */
function commandsBelow(command: Pick<typeof program, 'commands'>, words = ''): readonly string[] {
  return command.commands.flatMap((below) => {
    const path = `${words}${below.name()}`
    return below.commands.length === 0 ? [path] : commandsBelow(below, `${path} `)
  })
}

describe('ARCHITECTURE.md', () => {
  it('has the table of rooms that the code is held against', () => {
    const rows = [...read('ARCHITECTURE.md').matchAll(/^\| \[`([\w/]+)`\]\([\w/]+\) *\|.*\| *([^|]+?) *\|$/gm)]
    const written = Object.fromEntries(rows.map(([, room, imports]) => [room, imports]))
    const { test, ...held } = rooms
    const words = ({ mayImport }: Rule) =>
      mayImport === test?.testsMayImport ? 'everything' : mayImport.join(', ') || '–'
    expect(written).toEqual(Object.fromEntries(Object.entries(held).map(([path, rule]) => [path, words(rule)])))
  })
})
