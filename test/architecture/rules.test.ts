import { describe, expect, it } from '@jest/globals'
import { importsOf } from './imports.ts'
import {
  allowedImports,
  cycles,
  declaredImports,
  environmentReaders,
  namesThatSayNothing,
  noDeepImports,
  noInputOrOutput,
  oneEntry,
  referencesFollowDependencies,
  versionsFromCatalog,
} from './rules.ts'
import type { Manifest, Room } from './workspace.ts'

/** A room called `packages/shelf`; files by their path below its src. */
function aRoom(files: Readonly<Record<string, string>> = {}, manifest: Partial<Manifest> = {}): Room {
  const path = 'packages/shelf'
  return {
    path,
    manifest: { name: '@seatkeeper/shelf', ...manifest },
    references: [],
    files: Object.entries(files).map(([name, text]) => ({ path: `${path}/src/${name}`, text })),
  }
}

describe('importsOf', () => {
  it.each([
    ["import { a } from 'a'", ['a']],
    ["import type { A } from 'a'", ['a']],
    ["import {\n  a,\n  b,\n} from './a.ts'", ['./a.ts']],
    ["import 'a'", ['a']],
    ["export * from 'a'", ['a']],
    ["export { a } from 'a'", ['a']],
    ["const a = await import('got')", ['got']],
    ["type A = import('got').A", ['got']],
    ["const a = require('got')", ['got']],
    ["/** import { a } from 'a' */\n// import 'b'", []],
    ["export const a = 'from'\nimport b from 'b'", ['b']],
  ])('reads %j', (text, imports) => {
    expect(importsOf({ path: 'a.ts', text })).toEqual(imports)
  })
})

describe('allowedImports', () => {
  const check = allowedImports({ mayImport: ['core'], testsMayImport: ['simulators'] })

  it('sees a room that the table does not allow, in package.json and in an import', () => {
    const room = aRoom(
      { 'a.ts': "import { x } from '@seatkeeper/queue'" },
      { dependencies: { '@seatkeeper/ledger': '' } },
    )
    expect(check(room)).toEqual(['packages/shelf depends on ledger', 'packages/shelf/src/a.ts imports queue'])
  })

  it('lets tests go further than sources', () => {
    const text = "import { x } from '@seatkeeper/simulators'"
    const room = aRoom(
      { 'a.test.ts': text, 'b.ts': text },
      { devDependencies: { '@seatkeeper/simulators': '', '@seatkeeper/cli': '' } },
    )
    expect(check(room)).toEqual(['packages/shelf develops with cli', 'packages/shelf/src/b.ts imports simulators'])
  })
})

describe('declaredImports', () => {
  it('sees an import that only works by luck', () => {
    const manifest = { dependencies: { got: '' }, devDependencies: { 'fast-check': '' } }
    const text = "import got from 'got'\nimport fc from 'fast-check'\nimport { z } from 'zod/v4'"
    expect(declaredImports(aRoom({ 'a.ts': text, 'a.test.ts': text }, manifest))).toEqual([
      'packages/shelf/src/a.ts imports fast-check, which its package.json does not list for it',
      'packages/shelf/src/a.ts imports zod, which its package.json does not list for it',
      'packages/shelf/src/a.test.ts imports zod, which its package.json does not list for it',
    ])
  })
})

describe('noDeepImports', () => {
  it.each(["import '@seatkeeper/core/src/ids.ts'", "import '../../core/src/ids.ts'"])('sees %s', (text) => {
    expect(noDeepImports(aRoom({ 'a.ts': text }))).toHaveLength(1)
  })

  it('lets tests, and only tests, come by the door of the fixtures', () => {
    const text = "import { anOrder } from '@seatkeeper/core/fixture'"
    expect(noDeepImports(aRoom({ 'a.ts': text, 'a.test.ts': text, 'b.fixture.ts': text, 'fixture.ts': text }))).toEqual(
      ['packages/shelf/src/a.ts reaches into @seatkeeper/core/fixture'],
    )
  })

  it('lets a room move within itself', () => {
    expect(noDeepImports(aRoom({ 'deep/a.ts': "import '../b.ts'\nimport '@seatkeeper/core'" }))).toEqual([])
  })
})

describe('noInputOrOutput', () => {
  it.each([
    "import 'node:fs'",
    'Date.now()',
    'new Date()',
    'Math.random()',
    'process.pid',
    "fetch('/')",
    'setTimeout(a)',
  ])('sees %s', (text) => {
    expect(noInputOrOutput(aRoom({ 'a.ts': text, 'a.test.ts': text }))).toHaveLength(1)
  })

  it('lets pure code pass, and comments that name a clock', () => {
    expect(noInputOrOutput(aRoom({ 'a.ts': '/** Not Date.now() */\nexport const at = new Date(0)' }))).toEqual([])
  })
})

describe('environmentReaders', () => {
  const check = environmentReaders([/\/main\.ts$/])

  it.each(['process.env.HOME', "process['env']", 'const { env } = process', 'f(process.env)'])('sees %s', (text) => {
    expect(check(aRoom({ 'a.ts': text, 'main.ts': text, 'a.test.ts': text }))).toEqual([
      'packages/shelf/src/a.ts reads process.env',
    ])
  })
})

describe('oneEntry', () => {
  const entry = { '@seatkeeper/source': './src/index.ts', types: './dist/index.d.ts', default: './dist/index.js' }

  it('sees a second door, and one that leads nowhere', () => {
    expect(oneEntry(aRoom({ 'index.ts': '' }, { exports: { '.': entry, './more': entry } }))).toHaveLength(1)
    expect(oneEntry(aRoom({}, { exports: { '.': entry } }))).toHaveLength(1)
    expect(oneEntry(aRoom({ 'index.ts': '' }, { exports: { '.': entry } }))).toEqual([])
  })

  it('lets a door for fixtures be, as long as it is never built', () => {
    const fixture = { '@seatkeeper/source': './src/fixture.ts' }
    const files = { 'index.ts': '', 'fixture.ts': '' }
    expect(oneEntry(aRoom(files, { exports: { '.': entry, './fixture': fixture } }))).toEqual([])
    expect(oneEntry(aRoom(files, { exports: { '.': entry, './fixture': entry } }))).toHaveLength(1)
  })
})

describe('namesThatSayNothing', () => {
  it.each(['utils.ts', 'string-utils.ts', 'helpers/a.ts', 'common.ts', 'types.ts', 'order.helper.ts'])(
    'sees %s',
    (name) => {
      expect(namesThatSayNothing(aRoom({ [name]: '' }))).toHaveLength(1)
    },
  )

  it.each(['job-type.ts', 'order.ts', 'uncommon.ts'])('lets %s pass', (name) => {
    expect(namesThatSayNothing(aRoom({ [name]: '' }))).toEqual([])
  })
})

describe('versionsFromCatalog', () => {
  it('sees a version of its own, and one of our rooms from a registry', () => {
    const manifest = {
      dependencies: { got: '^16.0.0', zod: 'catalog:', '@seatkeeper/core': '1.0.0' },
      devDependencies: { '@seatkeeper/simulators': 'workspace:*' },
    }
    expect(versionsFromCatalog(aRoom({}, manifest))).toEqual([
      'packages/shelf asks for got ^16.0.0',
      'packages/shelf asks for @seatkeeper/core 1.0.0',
    ])
  })
})

describe('referencesFollowDependencies', () => {
  it('sees what would be built too late, or for nothing', () => {
    const room = { ...aRoom({}, { dependencies: { '@seatkeeper/core': '' } }), references: ['../../packages/queue'] }
    expect(referencesFollowDependencies(room)).toEqual([
      'packages/shelf depends on core and does not reference it',
      'packages/shelf references queue and does not depend on it',
    ])
  })
})

/** A room that depends on others. */
function roomThatNeeds(name: string, ...next: readonly string[]): Room {
  const dependencies = Object.fromEntries(next.map((other) => [`@seatkeeper/${other}`, 'workspace:*']))
  return { ...aRoom({}, { dependencies }), path: `packages/${name}` }
}

describe('cycles', () => {
  it('names each ring once', () => {
    expect(
      cycles([roomThatNeeds('a', 'b'), roomThatNeeds('b', 'c'), roomThatNeeds('c', 'a', 'b'), roomThatNeeds('d', 'a')]),
    ).toEqual(['a → b → c → a', 'b → c → b'])
  })

  it('lets many depend on one', () => {
    expect(cycles([roomThatNeeds('a', 'b', 'c'), roomThatNeeds('b', 'c'), roomThatNeeds('c')])).toEqual([])
  })
})
