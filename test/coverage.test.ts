import { describe, expect, it } from '@jest/globals'
import { coverageByPackage } from './coverage.ts'

const file = (lines: readonly [number, number], branches: readonly [number, number]) => ({
  lines: { covered: lines[0], total: lines[1] },
  branches: { covered: branches[0], total: branches[1] },
})

describe('coverageByPackage', () => {
  it('adds the files of each package up and leaves the rest out', () => {
    const summary = {
      total: file([0, 1], [0, 1]),
      '/x/packages/core/src/a.ts': file([10, 10], [1, 4]),
      '/x/packages/core/src/b.ts': file([5, 10], [0, 0]),
      '/x/apps/cli/src/main.ts': file([0, 9], [0, 9]),
    }
    expect(coverageByPackage(summary, '/x/')).toEqual(['     core          lines  75.0 %  branches  25.0 %'])
  })

  it('calls a package without branches fully covered', () => {
    const summary = { '/x/packages/core/src/a.ts': file([1, 3], [0, 0]) }
    expect(coverageByPackage(summary, '/x/')).toEqual(['     core          lines  33.3 %  branches 100.0 %'])
  })
})
