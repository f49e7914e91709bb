import { describe, expect, it } from '@jest/globals'
import { html, markupOf } from './html.ts'

describe('html', () => {
  it('lets no text become markup, in elements and in attributes', () => {
    const name = `<script>alert("x")</script>'&`
    const text = markupOf(html`<p title="${name}">${name}</p>`)
    expect(text.match(/<[^>]*>/g)).toEqual([expect.stringMatching(/^<p title="[^"<>']*">$/), '</p>'])
  })

  it('keeps pieces, joins lists and leaves out what is not there', () => {
    const rows = ['a', '<'].map((text) => html`<li>${text}</li>`)
    expect(markupOf(html`${rows}${null}${undefined}${0}`)).toBe('<li>a</li><li>&#60;</li>0')
  })

  it('cannot be fooled by an object that looks like a piece', () => {
    const forged = JSON.parse('{"markup":"<b>"}') as never
    expect(() => html`${forged}`).toThrow(TypeError)
  })
})
