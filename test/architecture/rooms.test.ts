import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { root } from '../command.ts'
import { readersOfTheEnvironment, rooms } from './rooms.ts'
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
import { readWorkspace } from './workspace.ts'

const workspace = readWorkspace(root)
const everyRoom = {
  'imports only what is declared': declaredImports,
  'enters other rooms by their one door': noDeepImports,
  'leaves process.env to the main files': environmentReaders(readersOfTheEnvironment),
  'exports exactly src/index.ts': oneEntry,
  'names its files for what they own': namesThatSayNothing,
  'takes versions from the catalog': versionsFromCatalog,
  'is built after what it depends on': referencesFollowDependencies,
}

describe('the workspace', () => {
  it('has exactly the rooms of the table', () => {
    expect(workspace.map(({ path }) => path)).toEqual(Object.keys(rooms).toSorted())
  })

  it('has no ring of rooms', () => {
    expect(cycles(workspace)).toEqual([])
  })

  it('is built as a whole by tsconfig.build.json', () => {
    const { references } = JSON.parse(readFileSync(join(root, 'tsconfig.build.json'), 'utf8')) as {
      references: readonly { readonly path: string }[]
    }
    expect(references.map(({ path }) => path).toSorted()).toEqual(
      Object.keys(rooms)
        .filter((path) => path !== 'test')
        .toSorted(),
    )
  })
})

describe.each(workspace)('$path', (room) => {
  it('imports only the rooms the table allows', () => {
    expect(allowedImports(rooms[room.path] ?? { mayImport: [] })(room)).toEqual([])
  })

  it.each(Object.entries(everyRoom))('%s', (_, check) => {
    expect(check(room)).toEqual([])
  })
})

describe('packages/core', () => {
  it('does no I/O and reads no clock, randomness or environment', () => {
    expect(workspace.filter(({ path }) => path === 'packages/core').flatMap(noInputOrOutput)).toEqual([])
  })
})
