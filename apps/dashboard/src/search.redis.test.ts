import { describe, expect, it } from '@jest/globals'
import { useReader } from './reader.fixture.ts'
import { giveUp, sell, settle } from './scene.fixture.ts'

const at = useReader()
const { read, search, sellOne } = at

describe('the search', () => {
  it.each(['1001', '#1001', ' 1001 ', 'shop 1001', 'shop#1001', 'order-shop-1001'])(
    'finds an order by %p',
    async (words) => {
      await sellOne()
      expect(await search(words)).toContain('Order 1001 processing')
    },
  )

  it('finds the orders of one number at several shops', async () => {
    await sellOne('7')
    await sell(at.scene, { order: '7', store: 'bookshop' })
    const words = await search('7')
    expect(words).toContain('order-bookshop-7')
    expect(words).toContain('order-shop-7')
  })

  it('finds the seats of an address, those that need somebody first', async () => {
    await settle(at.scene, await sellOne('1'))
    await sell(at.scene, { order: '1', store: 'bookshop', skus: ['course-v1:DemoU+ART+2026'] })
    const dead = await sell(at.scene, { order: '1', store: 'bookshop', skus: ['course-v1:DemoU+ART+2026'] })
    await giveUp(at.scene, dead[0] ?? (await sellOne('1')), 'LMS_COURSE_UNKNOWN')
    const words = await search(' Ada.Canary+1@example.org')
    expect(words).toMatch(/Not enrolled LMS_COURSE_UNKNOWN .*ART.* Enrolled as verified .*CS101/)
  })

  it('finds course runs by a part of their key', async () => {
    await sellOne()
    expect(await search('cs101')).toContain('course-v1:DemoU+CS101+2026 at campus 1 seat')
    expect(await read('/courses/campus/course-v1%3ADemoU%2BCS101%2B2026')).toContain('ada.canary+1001@example.org')
  })

  it.each(['9999', 'nobody@example.org', 'physics', '', '<script>', 'x'.repeat(9000), '%00', '..'])(
    'says so when there is nothing: %p',
    async (words) => {
      await sellOne()
      expect(await search(words)).toContain('Nothing is known here by these words.')
    },
  )

  it('puts what was looked for into no address and no log line', async () => {
    await sellOne('1')
    await search('ada.canary+1@example.org')
    expect(at.scene.logged()).not.toContain('canary')
  })
})
