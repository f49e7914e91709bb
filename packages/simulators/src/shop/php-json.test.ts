import { describe, expect, it } from '@jest/globals'
import { phpJson } from './php-json.ts'
import { recordingsOf, scenarios } from './recordings.fixture.ts'

describe('phpJson', () => {
  it.each(scenarios())('writes the recorded bodies of scenario %s again, byte for byte', (scenario) => {
    const bodies = recordingsOf(scenario).flatMap(({ topic, body }) => (topic === undefined ? [] : [body]))
    expect(bodies.map((body) => phpJson(JSON.parse(body.toString())).toString())).toEqual(bodies.map(String))
  })

  it('escapes slashes and everything that is not ASCII, emoji as two units', () => {
    expect(phpJson('a/ü😀').toString()).toBe(String.raw`"a\/\u00fc\ud83d\ude00"`)
  })
})
