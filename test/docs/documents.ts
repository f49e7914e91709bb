import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { root } from '../command.ts'
import { anchorOf } from './markdown.ts'

/** One document for people. */
export interface Document {
  /** From the root of the checkout. */
  readonly path: string
  readonly text: string
}

/** What stands at the root, and everything below docs. */
export function readDocuments(): readonly Document[] {
  const below = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
  const paths = ['README.md', 'ARCHITECTURE.md', 'CHANGELOG.md', ...below.map((path) => join('docs', path))]
  return paths
    .filter((path) => path.endsWith('.md'))
    .toSorted()
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }))
}

/** Links of a document that lead nowhere in this checkout: a file that is not there, a heading that nobody wrote. */
export function deadLinks({ path, text }: Document): readonly string[] {
  const targets = [...prose(text).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target ?? '')
  return targets.filter((target) => !/^https?:/.test(target) && !leadsSomewhere(path, target))
}

function leadsSomewhere(from: string, target: string): boolean {
  const [file = '', anchor] = target.split('#')
  const place = file === '' ? join(root, from) : join(root, dirname(from), file)
  if (relative(root, place).startsWith('..') || !existsSync(place)) return false
  return anchor === undefined || headingsOf(readFileSync(place, 'utf8')).includes(anchor)
}

function headingsOf(text: string): readonly string[] {
  return [...prose(text).matchAll(/^#+ (.+)$/gm)].map(([, heading]) => anchorOf(heading ?? ''))
}

/** Files and folders of ours that a document names in code type, and that are not there. */
export function missingPlaces({ text }: Document): readonly string[] {
  const named = [...prose(text).matchAll(/`((?:apps|packages|docker|docs|test)\/[\w./-]+)`/g)].map(([, path]) => path)
  return named.filter((path) => path !== undefined).filter((path) => !existsSync(join(root, path)))
}

/** The npm scripts that a document tells people to run, in code type or in a block of code. */
export function scriptsNamed({ text }: Document): readonly string[] {
  const runs = [...text.matchAll(/\bnpm run (?:-\S+ )*([\w-]+)/g)].map(([, name]) => name ?? '')
  const short = [...text.matchAll(/\bnpm (test|start)\b/g)].map(([, name]) => name ?? '')
  return [...new Set([...runs, ...short])]
}

/** What a document has the `seatkeeper` command do: its words, as they stand in code. */
export function commandsNamed({ text }: Document): readonly (readonly string[])[] {
  const calls = [...text.matchAll(/(?:`|run --rm |npm run (?:-\S+ )*)seatkeeper (?:-- )?([a-z][^`|\n;…]*)/g)]
  return calls.map(([, words = '']) => words.trim().split(/\s+/))
}

/** Without blocks of code. */
function prose(text: string): string {
  return text.replace(/^```.*?^```$/gms, '')
}
