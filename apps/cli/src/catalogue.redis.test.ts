import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { courseKey, startSite, type Site } from './site.fixture.ts'

let site: Site
const dayMs = 86_400_000
const modes = [{ slug: 'audit' }, { slug: 'verified', price: 49 }]

beforeAll(async () => {
  site = await startSite()
  const { campus } = site
  campus.addCourse({ key: courseKey('OPEN'), name: 'Open', modes })
  campus.addCourse({ key: courseKey('AUDIT'), name: 'Audit', modes: [{ slug: 'audit' }] })
  campus.addCourse({ key: courseKey('OVER'), name: 'Over', modes, enrollmentEndMs: Date.now() - dayMs })
  campus.addCourse({ key: courseKey('SOON'), name: 'Soon', modes, enrollmentStartMs: Date.now() + dayMs })
  campus.addCourse({ key: courseKey('GUESTS'), name: 'Guests', modes, inviteOnly: true })
  campus.addCourse({
    key: courseKey('LATE'),
    name: 'Late',
    modes: [{ slug: 'verified', price: 49, expiresAtMs: Date.now() - dayMs }],
  })
})
afterAll(() => site.close())

/** Product, code and course of each line. */
async function check(...args: readonly string[]): Promise<readonly (readonly [string, string, string | undefined])[]> {
  const { text } = await site.seatkeeper(['catalogue', 'check', '--json', ...args])
  const found = text.split('\n').map((line) => JSON.parse(line))
  return found.map(({ name, code, item }) => [name, code, item?.mode])
}

describe('seatkeeper catalogue check', () => {
  it('has nothing to say of a shop that sells no course', async () => {
    site.shop.addProduct({ name: 'Shirt', sku: 'SHIRT-M', virtual: false })
    expect(await site.seatkeeper(['catalogue', 'check'])).toEqual({ text: 'No product names a course run.', code: 0 })
  })

  it('ends with 0 while all that is sold can be given', async () => {
    site.shop.addProduct({ name: 'Open course', sku: courseKey('OPEN') })
    expect(await site.seatkeeper(['catalogue', 'check'])).toEqual({
      text: '1 of 1 course runs on sale can be given.',
      code: 0,
    })
  })

  it('names each product and variation that a buyer would not get, and why', async () => {
    const { shop } = site
    for (const run of ['AUDIT', 'OVER', 'SOON', 'GUESTS', 'LATE', 'NOWHERE'])
      shop.addProduct({ name: run, sku: courseKey(run) })
    shop.addProduct({ name: 'Mistyped', sku: 'course-v1:DemoU+OPEN 2026' })
    shop.addProduct({ name: 'Free', sku: courseKey('OPEN'), price: 0 })
    shop.addProduct({ name: 'By field', sku: 'F', meta: { _course_id: courseKey('OPEN'), _mode: 'audit' } })
    const parent = shop.addProduct({ name: 'Tracks', meta: { _course_id: courseKey('OPEN') } })
    shop.addProduct({ name: '', variationOf: parent, attributes: { track: 'Honours' }, meta: { _mode: 'honor' } })
    shop.addProduct({ name: '', variationOf: parent, attributes: { track: 'Verified' }, meta: { _mode: 'verified' } })
    const found = await check()
    expect(found).toHaveLength(12)
    expect(found).toEqual(
      expect.arrayContaining([
        ['Open course', 'SALE_WELL', 'verified'],
        ['AUDIT', 'SALE_MODE_MISSING', 'verified'],
        ['OVER', 'SALE_CLOSED', 'verified'],
        ['SOON', 'SALE_NOT_OPEN', 'verified'],
        ['GUESTS', 'SALE_INVITATION_ONLY', 'verified'],
        ['LATE', 'SALE_MODE_EXPIRED', 'verified'],
        ['NOWHERE', 'SALE_COURSE_UNKNOWN', 'verified'],
        ['Mistyped', 'SALE_LINE_UNKNOWN', undefined],
        ['Free', 'SALE_GIVEN_AWAY', 'verified'],
        ['By field', 'SALE_WELL', 'audit'],
        ['Tracks – Honours', 'SALE_MODE_MISSING', 'honor'],
        ['Tracks – Verified', 'SALE_WELL', 'verified'],
      ]),
    )
  })

  it('says in a table what to do about each, and ends with 1', async () => {
    const { text, code } = await site.seatkeeper(['catalogue', 'check', '--store', 'shop'])
    expect(code).toBe(1)
    expect(text).toMatch(/^wrong +shop \d+ +NOWHERE +course-v1:DemoU\+NOWHERE\+2026 verified +SALE_COURSE_UNKNOWN *$/m)
    expect(text).toMatch(/^SALE_MODE_MISSING: .* Add the mode to the run at the LMS/m)
    expect(text).toMatch(/^3 of 12 course runs on sale can be given\.$/m)
  })

  it('sells closed runs where they are forced', async () => {
    const { text } = await site.seatkeeper(['catalogue', 'check', '--json'], { lms: { closedCourse: 'force' } })
    expect(text).not.toMatch(/SALE_(CLOSED|INVITATION_ONLY|NOT_OPEN)/)
  })

  it('leaves unchecked what an LMS does not tell, and goes on', async () => {
    const { text, code } = await site.seatkeeper(['catalogue', 'check'], { lms: { url: 'http://127.0.0.1:1' } })
    expect(text).toMatch(/^unknown +shop \d+ .* SALE_UNCHECKED *$/m)
    expect(text).toMatch(/^wrong +shop \d+ +Mistyped .* SALE_LINE_UNKNOWN *$/m)
    expect(code).toBe(1)
  })
})
