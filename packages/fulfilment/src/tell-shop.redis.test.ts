import { describe, expect, it } from '@jest/globals'
import { LineId } from '@seatkeeper/core'
import { aLine, anOrder, noBrake } from '@seatkeeper/core/fixture'
import { useLedger } from '@seatkeeper/ledger/fixture'
import * as fc from 'fast-check'
import { createMemoryShop } from './shop.fixture.ts'
import { accessOf, createScene, type SceneParts } from './telling-scene.fixture.ts'

const at = useLedger()
let scenes = 0

async function aScene(parts: Partial<SceneParts> = {}) {
  scenes += 1
  const scene = createScene({ redis: at.redis, prefix: `{tell-${scenes}}:`, ...parts })
  await scene.begin()
  return scene
}

const completing = { writeBack: { complete: true } }
const told = { status: 'applied' }
const silent = { status: 'unchanged' }
const shopOf = (...lines: Parameters<typeof aLine>[0][]) =>
  createMemoryShop(anOrder({ lines: lines.map(aLine) }), accessOf)

describe('a note', () => {
  it('is written once per outcome', async () => {
    const scene = await aScene()
    expect(await scene.tell()).toEqual(told)
    expect(scene.shop.notes).toEqual([expect.stringMatching(/^Seatkeeper #1: .*\n1 × course-v1:.* enrolled\n/)])
    expect(await scene.tell()).toEqual({ status: 'superseded' })
    await scene.ledger.noteHint(anOrder(), 'operator')
    await scene.converge()
    expect(await scene.tell()).toEqual(silent)
    expect(scene.shop.notes).toHaveLength(1)
  })

  it('names nobody', async () => {
    const scene = await aScene()
    await scene.tell()
    expect(scene.shop.notes.join()).not.toMatch(/ada|@/)
  })

  it('is not written while a seat or the order is still due', async () => {
    const scene = await aScene()
    await scene.ledger.noteHint(anOrder(), 'operator')
    expect(await scene.tell()).toEqual(silent)
    expect(scene.shop.notes).toEqual([])
    await scene.rest()
    expect(scene.shop.notes).toHaveLength(1)
  })

  it('is not written twice when its answer was lost', async () => {
    const scene = await aScene()
    scene.shop.failNext('addNote', 'after')
    expect(await scene.tell()).toEqual(told)
    expect(scene.shop.notes).toHaveLength(1)
  })

  it('is found later when the shop was gone right after it took it', async () => {
    const scene = await aScene()
    scene.shop.failNext('addNote', 'after')
    scene.shop.failNext('readNotes', 'before')
    await expect(scene.tell()).rejects.toMatchObject({ code: 'STORE_ERROR' })
    expect(await scene.tell()).toEqual(silent)
    expect(scene.shop.notes).toHaveLength(1)
  })

  it('is written under the same number a minute after it did not arrive, or after a crash before it was sent', async () => {
    const scene = await aScene()
    scene.shop.failNext('addNote', 'before')
    await expect(scene.tell()).rejects.toMatchObject({ code: 'STORE_UNREACHABLE' })
    expect(await scene.tell()).toMatchObject({ status: 'waiting', reason: 'scheduled' })
    scene.waitAMinute()
    expect(await scene.tell()).toEqual(told)
    expect(scene.shop.notes).toEqual([expect.stringMatching(/^Seatkeeper #1:/)])
  })

  it('takes another number when another outcome comes before the last one arrived', async () => {
    const scene = await aScene()
    scene.shop.failNext('addNote', 'before')
    await expect(scene.tell()).rejects.toMatchObject({ code: 'STORE_UNREACHABLE' })
    scene.waitAMinute()
    scene.shop.change({ lines: [aLine({ refunded: 1 })] })
    await scene.rest()
    expect(scene.shop.notes).toEqual([expect.stringMatching(/^Seatkeeper #2: .*\n.*access ended\n/)])
  })

  it('gives code and advice of a failure, and a second one tells of its healing', async () => {
    const scene = await aScene({ shop: shopOf({ sku: 'course-v1:typo' }) })
    await scene.rest()
    expect(scene.shop.notes).toEqual([expect.stringContaining('This order: ORDER_LINE_UNKNOWN. A line names')])
    scene.shop.change({ lines: [aLine()] })
    await scene.rest()
    expect(scene.shop.notes.slice(1)).toEqual([expect.stringMatching(/^Seatkeeper #2: .*\n1 × .*enrolled\n/)])
  })

  it('tells of a seat that died, and of its healing', async () => {
    const scene = createScene({ redis: at.redis, prefix: `{tell-${(scenes += 1)}}:` })
    scene.setMood('refuses')
    await scene.begin()
    await scene.rest()
    scene.setMood('well')
    const [seat] = await scene.seats()
    await scene.ledger.replay({ id: `seat-${seat!.id}`, generation: null, by: 'ops', perSecond: 20 })
    await scene.rest()
    expect(scene.shop.notes).toEqual([
      expect.stringContaining('failed, LMS_COURSE_UNKNOWN. The LMS has no such course run.'),
      expect.stringMatching(/^Seatkeeper #2: .*\n1 × .*enrolled\n/),
    ])
  })

  it('is not written for an order without a course, nor where the shop wants none', async () => {
    const goods = await aScene({ shop: shopOf({ sku: 'MUG' }) })
    await goods.rest()
    const off = await aScene({ tells: false })
    expect(await off.tell()).toEqual({ status: 'superseded' })
    expect([...goods.shop.notes, ...off.shop.notes]).toEqual([])
  })

  it('is not written to an order that the shop has deleted', async () => {
    const scene = await aScene()
    await scene.ledger.applyDeletion(await scene.ledger.numberRead(anOrder()), anOrder(), noBrake)
    await scene.converge()
    expect(await scene.tell()).toEqual(silent)
    expect(scene.shop.notes).toEqual([])
  })

  it('is not written any more once the shop wants none', async () => {
    const prefix = `{tell-${(scenes += 1)}}:`
    await createScene({ redis: at.redis, prefix }).begin()
    const off = createScene({ redis: at.redis, prefix, tells: false })
    expect(await off.tell()).toEqual(silent)
    expect(off.shop.notes).toEqual([])
  })
})

describe('completing an order', () => {
  it('comes with its enrolment, makes one webhook, and that one changes nothing', async () => {
    const scene = await aScene(completing)
    await scene.tell()
    expect(scene.shop.order.status).toBe('completed')
    expect(scene.shop.echoes).toHaveLength(1)
    const before = await scene.ledger.conservation()
    expect(await scene.rest()).toBe(1)
    expect(await scene.ledger.conservation()).toEqual(before)
    expect(scene.shop).toMatchObject({ written: ['completed'], notes: [expect.anything()] })
  })

  it('comes without a note where the shop wants none', async () => {
    const scene = await aScene({ writeBack: { notes: false, complete: true } })
    await scene.rest()
    expect(scene.shop).toMatchObject({ written: ['completed'], notes: [] })
  })

  it.each([
    ['a unit is nobody’s yet', [{ quantity: 2 }]],
    ['it sells no course', [{ sku: 'MUG' }]],
    ['a product was deleted', [{}, { line: LineId.parse('32'), sku: null, product: '0' }]],
  ])('does not happen while %s', async (_case, lines) => {
    const shop = shopOf(...lines)
    if (lines.length > 1) shop.setProduct(undefined)
    const scene = await aScene({ ...completing, shop })
    await scene.rest()
    expect(scene.shop.written).toEqual([])
  })

  it('does not happen while something of it has to be shipped', async () => {
    const scene = await aScene(completing)
    scene.shop.setProduct({ course: null, mode: null, needsShipping: true })
    await scene.rest()
    expect(scene.shop.written).toEqual([])
  })

  it('does not happen while an account is waited for', async () => {
    const scene = createScene({ redis: at.redis, prefix: `{tell-${(scenes += 1)}}:`, ...completing })
    scene.setMood('waits')
    await scene.begin()
    await scene.rest()
    expect(scene.shop).toMatchObject({ written: [], notes: [expect.stringContaining('no account at the LMS yet')] })
  })

  it.each(['cancelled', 'on-hold', 'completed'])('does not touch an order that is %s by now', async (status) => {
    const scene = await aScene(completing)
    scene.shop.change({ status })
    await scene.tell()
    expect(scene.shop.written).toEqual([])
  })

  it('waits for a line that the shop added meanwhile', async () => {
    const scene = await aScene(completing)
    const added = aLine({ line: LineId.parse('32'), sku: 'course-v1:DemoU+ART+2026' })
    scene.shop.change({ lines: [aLine(), added] })
    await scene.tell()
    expect(scene.shop.written).toEqual([])
    await scene.rest()
    expect(scene.shop.written).toEqual(['completed'])
  })

  it('is undone, with an alert, when a refund landed just before it', async () => {
    const scene = await aScene({
      ...completing,
      shop: shopOf({ quantity: 1 }, { line: LineId.parse('32'), sku: 'MUG' }),
    })
    scene.shop.beforeNext('setStatus', () => scene.shop.change({ lines: [aLine({ refunded: 1 })] }))
    expect(await scene.tell()).toEqual(told)
    expect(scene.shop).toMatchObject({ written: ['completed', 'processing'], order: { status: 'processing' } })
    expect(scene.alerts).toEqual(['1001'])
    await scene.rest()
    expect(await scene.seats()).toMatchObject([{ applied: { isActive: false } }])
    expect(scene.shop.written).toEqual(['completed', 'processing'])
  })

  it('is undone after a crash as well', async () => {
    const scene = await aScene(completing)
    scene.shop.beforeNext('setStatus', () => scene.shop.change({ lines: [aLine({ refunded: 1 })] }))
    scene.shop.failNext('setStatus', 'after')
    await expect(scene.tell()).rejects.toMatchObject({ code: 'STORE_ERROR' })
    expect(await scene.tell()).toEqual(told)
    expect(scene.shop.written).toEqual(['completed', 'processing'])
    expect(scene.alerts).toEqual(['1001'])
  })

  it('stands when the refund was of money alone', async () => {
    const scene = await aScene(completing)
    scene.shop.beforeNext('setStatus', () => scene.shop.change({ goodwill: true }))
    await scene.rest()
    expect(scene.shop).toMatchObject({ written: ['completed'], order: { status: 'completed' } })
    expect(scene.alerts).toEqual([])
  })
})

describe('a status for orders that failed', () => {
  const failing = { writeBack: { complete: true, failedStatus: 'stuck' } }

  async function aFailure() {
    const scene = createScene({ redis: at.redis, prefix: `{tell-${(scenes += 1)}}:`, ...failing })
    scene.setMood('refuses')
    await scene.begin()
    return scene
  }

  it('is set once; its own webhook is no reason to try again', async () => {
    const scene = await aFailure()
    await scene.rest()
    expect(scene.shop).toMatchObject({ written: ['stuck'], notes: [expect.stringContaining('LMS_COURSE_UNKNOWN')] })
    expect(await scene.seats()).toMatchObject([{ generation: 1 }])
  })

  it.each(['before', 'after'])(
    'is no reason to try again when its answer was lost and it is seen through %s its webhook',
    async (when) => {
      const scene = await aFailure()
      scene.shop.failNext('setStatus', 'after')
      await expect(scene.tell()).rejects.toMatchObject({ code: 'STORE_ERROR' })
      if (when === 'before') await scene.tell()
      await scene.rest()
      expect(scene.shop.written).toEqual(['stuck'])
      expect(await scene.seats()).toMatchObject([{ generation: 1 }])
    },
  )

  it('is not set on an order that staff have set aside', async () => {
    const scene = await aFailure()
    scene.shop.change({ status: 'on-hold' })
    await scene.tell()
    expect(scene.shop.written).toEqual([])
  })

  it('leaves the shop’s own resending its effect, and the order completes once it heals', async () => {
    const scene = await aFailure()
    await scene.rest()
    scene.setMood('well')
    scene.shop.change({ status: 'processing' })
    await scene.rest()
    expect(scene.shop.written).toEqual(['stuck', 'completed'])
    expect(scene.shop.notes).toHaveLength(2)
  })

  it('comes to rest with a line that no reading will ever understand', async () => {
    const scene = await aScene({ ...failing, shop: shopOf({}, { line: LineId.parse('32'), sku: 'course-v1:typo' }) })
    await scene.rest()
    expect(scene.shop).toMatchObject({ written: ['stuck'], notes: [expect.stringContaining('ORDER_LINE_UNKNOWN')] })
  })
})

describe('telling a shop that fails half the time', () => {
  const calls = fc.constantFrom('readOrder' as const, 'readNotes' as const, 'addNote' as const, 'setStatus' as const)
  const failures = fc.array(fc.tuple(calls, fc.constantFrom('before' as const, 'after' as const)), { maxLength: 6 })

  it('says it once, completes it, and makes no webhook but one per write', async () => {
    await fc.assert(
      fc.asyncProperty(failures, async (planned) => {
        const scene = await aScene(completing)
        let echoes = 0
        for (const [call, when] of planned) {
          scene.shop.failNext(call, when)
          await scene.tell().catch(() => undefined)
          echoes += scene.shop.echoes.length
          await scene.converge()
          scene.waitAMinute()
        }
        for (const call of ['readOrder', 'readNotes', 'addNote', 'setStatus'] as const)
          scene.shop.failNext(call, 'never')
        await scene.rest()
        expect(scene.shop).toMatchObject({ notes: [expect.anything()], written: ['completed'] })
        expect(echoes).toBeLessThanOrEqual(scene.shop.written.length)
      }),
      { numRuns: 40 },
    )
  })
})
