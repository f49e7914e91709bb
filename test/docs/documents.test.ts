import { describe, expect, it } from '@jest/globals'
import { commandsNamed, deadLinks, missingPlaces, scriptsNamed } from './documents.ts'

const at = (path: string, text: string) => ({ path, text })

describe('deadLinks', () => {
  it('sees a file and a heading that are not there, from where the document stands', () => {
    const links =
      '[a](../LICENSE) [b](../NOTHING) [c](failures.md#unexpected) [d](failures.md#nothing) [e](#here) [f](#there)'
    expect(deadLinks(at('docs/page.md', `# Page\n\n${links}`))).toEqual([
      '../NOTHING',
      'failures.md#nothing',
      '#here',
      '#there',
    ])
  })

  it('sees a link that leaves the checkout, and lets the web and blocks of code be', () => {
    const text = '[a](../..) [b](https://example.org/x)\n\n```md\n[c](nothing.md)\n```\n'
    expect(deadLinks(at('docs/page.md', text))).toEqual(['../..'])
  })
})

describe('missingPlaces', () => {
  it('sees a file in code type that is not there', () => {
    expect(missingPlaces(at('README.md', '`packages/core` and `apps/nothing` and `npm test`'))).toEqual([
      'apps/nothing',
    ])
  })
})

describe('scriptsNamed', () => {
  it('finds each script once, whatever stands between', () => {
    const text = '`npm test`, `npm run demo -- --exit`, npm run --silent hash-password, npm run demo'
    expect(scriptsNamed(at('README.md', text))).toEqual(['demo', 'hash-password', 'test'])
  })
})

describe('commandsNamed', () => {
  it('finds the words of each, as npm, compose or a sentence have it', () => {
    const text =
      '```\nnpm run --silent seatkeeper -- lane list --json\nrun --rm seatkeeper doctor\n```\n`seatkeeper seat show|grant`, seatkeeper is'
    expect(commandsNamed(at('README.md', text))).toEqual([['lane', 'list', '--json'], ['doctor'], ['seat', 'show']])
  })
})
