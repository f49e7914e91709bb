import type { SourceFile } from './workspace.ts'

const comments = /\/\*[\s\S]*?\*\/|^\s*\/\/.*$|\s\/\/ .*$/gm
const statements = [
  /^\s*(?:import|export)\b[^'"`;=]*?\bfrom\s*['"]([^'"]+)['"]/gm,
  /^\s*import\s*['"]([^'"]+)['"]/gm,
  /\b(?:import|require|require\.resolve|import\.meta\.resolve)\(\s*['"]([^'"]+)['"]/gm,
]

/** The text of a file without its comments. */
export function withoutComments({ text }: SourceFile): string {
  return text.replaceAll(comments, '')
}

/** Every module a file names: static and dynamic imports, re-exports, types, `require`. Comments do not count. */
export function importsOf(file: SourceFile): readonly string[] {
  const code = withoutComments(file)
  return statements.flatMap((statement) => [...code.matchAll(statement)].map(([, specifier]) => specifier ?? ''))
}

/** The package a bare specifier names (`@a/b/c` is of `@a/b`), or undefined for relative and built-in ones. */
export function packageOf(specifier: string): string | undefined {
  if (specifier.startsWith('.') || specifier.startsWith('/') || specifier.startsWith('node:')) return undefined
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}

/** Tests and what only they use: never part of a build. */
export function isTestFile({ path }: SourceFile): boolean {
  return /\.test\.ts$|[./]fixture\.ts$/.test(path) || path.startsWith('test/')
}
