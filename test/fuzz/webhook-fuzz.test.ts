import { afterEach, describe, expect, it, jest } from '@jest/globals'
import { cleanPrototype, firstFinding, plantedBugs } from './planted-bugs.ts'
import { bodyOf, fuzzOnce, type Finding } from './webhook-fuzz.ts'

jest.setTimeout(180_000)

describe('what a webhook goes through', () => {
  it('throws nothing, takes no time, harms nothing and gives sound news for 50,000 damaged bodies', () => {
    expect(findings(1, 50_000)).toEqual([])
  })

  it('meets the same body again with the same seed', () => {
    expect(bodyOf(4711).body.equals(bodyOf(4711).body)).toBe(true)
  })
})

describe('fuzzOnce', () => {
  afterEach(cleanPrototype)

  it.each(plantedBugs)('sees a planted bug: $title', ({ seen, parser }) => {
    const found = firstFinding(parser)
    expect(found?.what).toMatch(seen)
    cleanPrototype()
    expect(fuzzOnce(found?.seed ?? 0, parser)).toContainEqual(found)
  })
})

function findings(first: number, count: number): readonly Finding[] {
  return Array.from({ length: count }, (_, index) => fuzzOnce(first + index)).flat()
}
