import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** One source file, with its path from the root of the checkout. */
export interface SourceFile {
  readonly path: string
  readonly text: string
}

/** What we read of a package.json. */
export interface Manifest {
  readonly name: string
  readonly exports?: unknown
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

/** A package, an app or the tests: a folder with a package.json. */
export interface Room {
  /** From the root: `packages/core`. */
  readonly path: string
  readonly manifest: Manifest
  /** Folders named by its tsconfig.json, relative to it; what `npm run build` builds first. */
  readonly references: readonly string[]
  readonly files: readonly SourceFile[]
}

/** Reads every room of a checkout, with its sources. */
export function readWorkspace(root: string): readonly Room[] {
  return globSync(['packages/*/package.json', 'apps/*/package.json', 'test/package.json'], { cwd: root })
    .toSorted()
    .map((manifest) => readRoom(root, dirname(manifest)))
}

function readRoom(root: string, path: string): Room {
  const sources = path === 'test' ? 'test/**/*.{ts,mts}' : `${path}/src/**/*.{ts,mts}`
  return {
    path,
    manifest: readJson(join(root, path, 'package.json')) as Manifest,
    references: path === 'test' ? [] : readReferences(join(root, path, 'tsconfig.json')),
    files: globSync(sources, { cwd: root, exclude: isNotOurs })
      .toSorted()
      .map((file) => ({ path: file, text: readFileSync(join(root, file), 'utf8') })),
  }
}

function isNotOurs(name: string): boolean {
  return ['node_modules', 'fixtures', 'dist'].includes(name)
}

function readReferences(path: string): readonly string[] {
  const { references = [] } = readJson(path) as { references?: readonly { readonly path: string }[] }
  return references.map((reference) => reference.path)
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'))
}
