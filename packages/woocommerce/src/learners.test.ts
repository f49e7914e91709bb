import { describe, expect, it } from '@jest/globals'
import { LearnerFields, learnersIn } from './learners.ts'

/** Of processor time, which no neighbour stretches; a pattern that backtracks takes many seconds. */
const halfASecondUs = 500_000

describe('learnersIn', () => {
  it.each<[string, unknown, string[]]>([
    ['one address, normalised', ' Ada+Kurs@Example.ORG ', ['ada+kurs@example.org']],
    ['several in one text', 'a@example.org, b@example.org;c@example.org', ['a', 'b', 'c'].map(at)],
    ['one on each line', 'a@example.org\r\nb@example.org\n\nc@example.org\n', ['a', 'b', 'c'].map(at)],
    ['a list', ['b@example.org', 'a@example.org'], ['b', 'a'].map(at)],
    ['the same address twice', 'a@example.org, A@example.org', [at('a')]],
    ['what is no address among others', 'a@example.org, Bob, b@example', [at('a')]],
    ['a name before the address', 'Ada <a@example.org>', []],
    ['a header behind the address', 'a@example.org\r\nBcc: x@example.org', [at('a')]],
    ['a header behind a bare line feed', 'a@example.org\nSubject: hello', [at('a')]],
    ['a NUL', 'a@example.org\0.evil.example', []],
    ['a vertical tab', 'a@example.org\vb@example.org', []],
    ['a line separator of Unicode', 'a@example.org\u2028b@example.org', []],
    ['a number', 7, []],
    ['nothing', null, []],
    ['an object', { email: 'a@example.org' }, []],
    ['a list of lists', [['a@example.org']], []],
  ])('reads %s', (_, value, learners) => {
    expect(learnersIn([{ key: 'learner', value }], pathsTo('learner'))).toEqual(learners)
  })

  it('takes path by path, and each address once', () => {
    const fields = [
      { key: '_hidden', value: 'b@example.org' },
      { key: 'shown', value: 'a@example.org, b@example.org' },
    ]
    expect(learnersIn(fields, pathsTo('shown', '_hidden'))).toEqual(['a', 'b'].map(at))
    expect(learnersIn(fields, pathsTo('_hidden', 'shown'))).toEqual(['b', 'a'].map(at))
  })

  it('passes over any number of names to find an address', () => {
    const value = `${'Bob,'.repeat(5000)}a@example.org`
    expect(learnersIn([{ key: 'learner', value }], pathsTo('learner'))).toEqual([at('a')])
  })

  it('is quick with a text that somebody made long', () => {
    const startedAt = process.cpuUsage()
    const value = `${'a'.repeat(200_000)}@${'@.,'.repeat(50_000)}`
    expect(learnersIn([{ key: 'learner', value }], pathsTo('learner'))).toEqual([])
    expect(process.cpuUsage(startedAt).user).toBeLessThan(halfASecondUs)
  })
})

function at(name: string): string {
  return `${name}@example.org`
}

function pathsTo(...lineFields: string[]) {
  return LearnerFields.parse({ lineFields }).lineFields
}
