/** Covered and total, as istanbul counts them. */
interface Count {
  readonly covered: number
  readonly total: number
}

/** One file of istanbul's `json-summary`, as far as we read it. */
interface FileCoverage {
  readonly lines: Count
  readonly branches: Count
}

/**
 * One line for each package: what share of its lines and branches the tests that just ran went through.
 *
 * @param summary istanbul's `json-summary`: absolute paths to counts, and `total`, which is left out here.
 * @param root    of the checkout, with a slash at its end.
 */
export function coverageByPackage(summary: Readonly<Record<string, FileCoverage>>, root: string): readonly string[] {
  const files = Object.entries(summary).filter(([path]) => path.startsWith(`${root}packages/`))
  const packages = Map.groupBy(files, ([path]) => path.slice(root.length).split('/')[1] ?? '')
  return [...packages]
    .toSorted(([one], [other]) => one.localeCompare(other))
    .map(([name, entries]) => {
      const counts = entries.map(([, file]) => file)
      const lines = share(counts.map((file) => file.lines))
      const branches = share(counts.map((file) => file.branches))
      return `     ${name.padEnd(13)} lines ${lines}  branches ${branches}`
    })
}

function share(counts: readonly Count[]): string {
  const covered = counts.reduce((sum, count) => sum + count.covered, 0)
  const total = counts.reduce((sum, count) => sum + count.total, 0)
  const percent = total === 0 ? 100 : (100 * covered) / total
  return `${percent.toFixed(1).padStart(5)} %`
}
