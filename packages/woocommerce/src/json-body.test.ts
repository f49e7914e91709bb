import { describe, expect, it } from '@jest/globals'
import * as fc from 'fast-check'
import { readJson } from './json-body.ts'

/** Of processor time, which no neighbour stretches; a pattern that backtracks takes many seconds. */
const halfASecondUs = 500_000

describe('readJson', () => {
  it('gives back what JSON says, whatever it says', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        const text = JSON.stringify(value)
        fc.pre(!/\\u(0000|d[89a-f])/i.test(text))
        expect(readJson(Buffer.from(text))).toEqual(JSON.parse(text))
      }),
    )
  })

  it.each([
    ['nothing', Buffer.from('')],
    ['half an object', Buffer.from('{"id":1')],
    ['a byte order mark', Buffer.from('\uFEFF{"id":1}')],
    ['invalid UTF-8', Buffer.from([0x22, 0xc3, 0x28, 0x22])],
    ['UTF-16', Buffer.from('{"id":1}', 'utf16le')],
    ['NUL', Buffer.from('{"name":"a\0b"}')],
    ['an escaped NUL', Buffer.from(String.raw`{"name":"a\u0000b"}`)],
    ['an escaped lone surrogate', Buffer.from(String.raw`{"deep":[{"name":"a\ud83db"}]}`)],
    ['an encoded lone surrogate', Buffer.from([0x22, 0xed, 0xa0, 0xbd, 0x22])],
  ])('refuses %s', (_, body) => {
    expect(readJson(body)).toBeUndefined()
  })

  it('keeps an emoji written as two escapes', () => {
    expect(readJson(Buffer.from(String.raw`"\ud83d\ude00"`))).toBe('😀')
  })

  it.each([
    ['arrays', '[', ']'],
    ['objects', '{"a":', '1}'],
  ])('refuses 10,000 %s within each other before they cost 50 ms', (_, opening, closing) => {
    const bomb = Buffer.from(
      opening.repeat(10_000) + closing.at(0)?.replace(/\D/, '') + closing.slice(-1).repeat(10_000),
    )
    readJson(bomb)
    const startedAt = process.cpuUsage()
    expect(readJson(bomb)).toBeUndefined()
    expect(process.cpuUsage(startedAt).user).toBeLessThan(halfASecondUs)
    expect(JSON.parse(bomb.toString())).toBeDefined()
  })

  it('does not let a body change the prototype of anything', () => {
    const value = readJson(Buffer.from('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}'))
    expect(value).toBeDefined()
    expect('polluted' in {}).toBe(false)
  })
})
