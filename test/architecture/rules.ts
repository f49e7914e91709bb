import { posix } from 'node:path'
import { importsOf, isTestFile, packageOf, withoutComments } from './imports.ts'
import type { Rule } from './rooms.ts'
import type { Room, SourceFile } from './workspace.ts'

const scope = '@seatkeeper/'
const nameOf = (room: Room) => room.path.split('/').at(-1) ?? ''

/** Every rule looks at one room and returns a sentence for each offence. */
type Check = (room: Room) => readonly string[]

/** Dependencies on our own rooms go where the table allows, in package.json and in every import. */
export function allowedImports({ mayImport, testsMayImport = [] }: Rule): Check {
  const inTests = [...mayImport, ...testsMayImport]
  return ({ path, manifest, files }) => {
    const depends = complaints(path, 'depends on', Object.keys(manifest.dependencies ?? {}), mayImport)
    const develops = complaints(path, 'develops with', Object.keys(manifest.devDependencies ?? {}), inTests)
    const imports = files.flatMap((file) =>
      complaints(file.path, 'imports', bareImports(file), isTestFile(file) ? inTests : mayImport),
    )
    return [...depends, ...develops, ...imports]
  }
}

function complaints(subject: string, verb: string, names: readonly string[], allowed: readonly string[]) {
  const ours = names.filter((name) => name.startsWith(scope)).map((name) => name.slice(scope.length))
  return ours.filter((name) => !allowed.includes(name)).map((name) => `${subject} ${verb} ${name}`)
}

function bareImports(file: SourceFile): readonly string[] {
  return importsOf(file).flatMap((specifier) => packageOf(specifier) ?? [])
}

/** What is imported is declared: by sources in `dependencies`, by tests in either list. */
export const declaredImports: Check = ({ manifest, files }) =>
  files.flatMap((file) => {
    const forTests = isTestFile(file) ? manifest.devDependencies : {}
    const declared = Object.keys({ ...manifest.dependencies, ...forTests })
    const missing = bareImports(file).filter((name) => name !== manifest.name && !declared.includes(name))
    return missing.map((name) => `${file.path} imports ${name}, which its package.json does not list for it`)
  })

/** Another room is entered by its one door: no path into it. Tests may also use the door of its fixtures. */
export const noDeepImports: Check = ({ path, files }) =>
  files.flatMap((file) => {
    const isDeep = (specifier: string) => {
      if (specifier.startsWith('.')) return !posix.join(posix.dirname(file.path), specifier).startsWith(`${path}/`)
      if (!specifier.startsWith(scope) || packageOf(specifier) === specifier) return false
      return !(isTestFile(file) && specifier.endsWith('/fixture'))
    }
    return importsOf(file)
      .filter(isDeep)
      .map((specifier) => `${file.path} reaches into ${specifier}`)
  })

/** `core` does no I/O and reads no clock, randomness or environment. */
export const noInputOrOutput: Check = ({ files }) => {
  const impure =
    /\b(?:process\.\w+|Date\.now\(|new Date\(\)|performance\.|Math\.random|crypto\.|fetch\(|console\.|set(?:Timeout|Interval|Immediate)\()/
  return files
    .filter((file) => !isTestFile(file))
    .flatMap((file) => {
      const builtIn = importsOf(file).filter((specifier) => specifier.startsWith('node:'))
      const call = impure.exec(withoutComments(file))?.[0]
      return [...builtIn, ...(call === undefined ? [] : [call])].map((what) => `${file.path} uses ${what}`)
    })
}

/** The environment is read by main files and handed on. */
export function environmentReaders(allowed: readonly RegExp[]): Check {
  return ({ files }) =>
    files
      .filter((file) => !isTestFile(file) && !allowed.some((pattern) => pattern.test(file.path)))
      .filter((file) =>
        /\bprocess\s*(?:\.\s*env|\[\s*['"]env)|\{[^}]*\benv\b[^}]*\}\s*=\s*process\b/.test(withoutComments(file)),
      )
      .map((file) => `${file.path} reads process.env`)
}

const entry = { '@seatkeeper/source': './src/index.ts', types: './dist/index.d.ts', default: './dist/index.js' }
const fixtureEntry = { '@seatkeeper/source': './src/fixture.ts' }

/** A package has one entry, `src/index.ts`. One for fixtures may stand beside it, for tests: it is never built. */
export const oneEntry: Check = ({ path, manifest, files }) => {
  if (path === 'test') return []
  const rightOnes = [{ '.': entry }, { '.': entry, './fixture': fixtureEntry }].map((exports) =>
    JSON.stringify(exports),
  )
  const isRight = rightOnes.includes(JSON.stringify(manifest.exports))
  const isThere = files.some((file) => file.path === `${path}/src/index.ts`)
  return isRight && isThere ? [] : [`${path} does not export exactly src/index.ts`]
}

/** Files are named for the noun they own. */
export const namesThatSayNothing: Check = ({ files }) =>
  files
    .filter((file) => /(?:^|[/.-])(?:utils?|helpers?|commons?|types|misc|shared)(?=[/.-])/.test(file.path))
    .map((file) => `${file.path} has a name that says nothing`)

/** Versions stand in the catalog, once for all; our own rooms come from the workspace. */
export const versionsFromCatalog: Check = ({ path, manifest }) => {
  const { dependencies, devDependencies, optionalDependencies } = manifest
  return Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies })
    .filter(([name, version]) => (name.startsWith(scope) ? version !== 'workspace:*' : !version.startsWith('catalog:')))
    .map(([name, version]) => `${path} asks for ${name} ${version}`)
}

/** The build order in tsconfig.json follows the dependencies in package.json. */
export const referencesFollowDependencies: Check = ({ path, manifest, references }) => {
  if (path === 'test') return []
  const built = references.map((reference) => posix.basename(reference))
  const needed = Object.keys(manifest.dependencies ?? {})
    .filter((name) => name.startsWith(scope))
    .map((name) => name.slice(scope.length))
  const missing = needed
    .filter((name) => !built.includes(name))
    .map((name) => `${path} depends on ${name} and does not reference it`)
  const idle = built
    .filter((name) => !needed.includes(name))
    .map((name) => `${path} references ${name} and does not depend on it`)
  return [...missing, ...idle]
}

/** Rings of rooms that depend on one another, in package.json or by import; each named once, from its first in the alphabet. */
export function cycles(rooms: readonly Room[]): readonly string[] {
  const next = new Map(rooms.map((room) => [nameOf(room), dependenciesOf(room)]))
  const rings = [...next.keys()].flatMap((start) => ringsFrom(start, [start], next))
  return rings.filter(([first, ...rest]) => rest.every((name) => name >= (first ?? ''))).map((ring) => ring.join(' → '))
}

function dependenciesOf({ manifest, files }: Room): readonly string[] {
  const imported = files.filter((file) => !isTestFile(file)).flatMap(bareImports)
  const names = new Set([...Object.keys(manifest.dependencies ?? {}), ...imported])
  return [...names].filter((name) => name.startsWith(scope)).map((name) => name.slice(scope.length))
}

function ringsFrom(
  start: string,
  path: readonly string[],
  next: ReadonlyMap<string, readonly string[]>,
): readonly (readonly string[])[] {
  return (next.get(path.at(-1) ?? '') ?? []).flatMap((name) => {
    if (name === start) return [[...path, name]]
    return path.includes(name) ? [] : ringsFrom(start, [...path, name], next)
  })
}
