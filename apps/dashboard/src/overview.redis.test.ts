import { describe, expect, it } from '@jest/globals'
import { LmsId, OrderId } from '@seatkeeper/core'
import { aLine, anOffer, anOrder } from '@seatkeeper/core/fixture'
import { deadLetterLane } from '@seatkeeper/queue'
import { useReader } from './reader.fixture.ts'
import { giveUp, sell, settle, wait } from './scene.fixture.ts'

const at = useReader()
const { read, boardApi, sellOne } = at

async function laneNames(): Promise<string[]> {
  const { queues }: { queues: { name: string }[] } = JSON.parse(await boardApi('queues'))
  return queues.map(({ name }) => name)
}

describe('the overview', () => {
  it('says what is empty', async () => {
    const words = await read('/')
    expect(words).toContain('All is well')
    expect(words).toContain('No order has come yet.')
  })

  it('counts every item once', async () => {
    await settle(at.scene, await sellOne('1'))
    await wait(at.scene, await sellOne('2'))
    await giveUp(at.scene, await sellOne('3'), 'LMS_COURSE_UNKNOWN')
    await sellOne('4')
    const words = await read('/')
    expect(words).toContain('One item needs a decision')
    expect(words).toContain('5 settled + 1 due + 1 waiting + 1 dead = 8 registered')
  })

  it('warns when the count does not come out even', async () => {
    await sellOne()
    await at.scene.redis.sadd('{seatkeeper}:agenda:registered', 'seat-lost')
    expect(await read('/')).toContain('= 2, but 3 items are registered')
  })

  it('counts the jobs of each lane', async () => {
    await sell(at.scene, { order: '1', skus: ['course-v1:DemoU+A+1', 'course-v1:DemoU+B+1'] })
    await at.scene.wakeUps.wake([
      {
        item: { kind: 'seat', ...(await sellOne('2')), seat: (await sellOne('3')).id },
        lane: 'enroll.campus',
        generation: 9,
        delayMs: 60_000,
      },
    ])
    expect(await read('/')).toContain('enroll.campus open 4 0 1 0')
  })

  it('shows how every store and LMS stands', async () => {
    await giveUp(at.scene, await sellOne('1'), 'LMS_COURSE_UNKNOWN')
    await sellOne('2')
    await at.scene.ledger.writeCursor(
      'watch-shop',
      'WEBHOOK_DISABLED 7 order.updated\nWEBHOOK_DISABLED 8 order.deleted',
    )
    const lms = LmsId.parse('campus')
    await at.scene.ledger.keepBalance({ lms, 'paid-but-not-enrolled': 2, 'refunded-but-enrolled': 0 })
    const words = await read('/')
    expect(words).toContain('shop open Shop. Nothing waits. WEBHOOK_DISABLED')
    expect(words).toMatch(
      /campus open LMS\. 1 due, the oldest for \d+ s\. 1 dead in enroll\.campus 2 paid but not enrolled 0 refunded but enrolled/,
    )
    expect(words).toContain('1 LMS_COURSE_UNKNOWN')
  })

  it('says whether webhooks are watched, and well', async () => {
    await sellOne()
    expect(await read('/')).toContain('Webhooks are not watched')
    await at.scene.ledger.writeCursor('watch-shop', '')
    expect(await read('/')).toContain('Webhooks are well.')
  })

  it('says how many calls the LMS has left for us, once a worker told', async () => {
    await sellOne()
    expect(await read('/')).not.toContain('calls a minute left')
    const budget = at.scene.ledger.callBudget(LmsId.parse('campus'), 100)
    await budget.reserve({ class: 'enroll', calls: 2, users: ['one'], waiter: 'a job', holdMs: 60_000 })
    await budget.left(['one', 'other'])
    expect(await read('/')).toContain('198 of 200 calls a minute left')
    await budget.throttle('other', 60_000)
    expect(await read('/')).toContain('98 of 200 calls a minute left; it has 1 of 2 users wait')
  })

  it('draws what was done in the last day', async () => {
    await at.scene.ledger.addBeats({ done: 7, failed: 2, longestMs: 4200 })
    const words = await read('/')
    expect(words).toContain('Done 7')
    expect(words).toContain('Failed 2')
    expect(words).toContain('Longest way 4 s')
  })

  it('shows a shut gate with its code and what to do', async () => {
    await sellOne()
    await at.scene.ledger.gates.shut('lms.campus', 'parked', 'LMS_TOKEN_REFUSED', 30_000)
    const words = await read('/')
    expect(words).toContain('Waiting for the other side')
    expect(words).toMatch(/enroll\.campus parked LMS_TOKEN_REFUSED for \d+ s The LMS refuses our OAuth2 client\./)
  })
})

describe('a lane that appears', () => {
  it('is on the overview and in Bull Board without a restart', async () => {
    expect(await laneNames()).toEqual([deadLetterLane])
    await sell(at.scene, { order: '1', lms: 'academy' })
    expect((await laneNames()).toSorted()).toEqual([deadLetterLane, 'enroll.academy'])
    expect(await read('/')).toContain('enroll.academy open 1')
  })
})

describe('the open seats', () => {
  it('are listed by order, and the overview leads there', async () => {
    expect(await read('/open-seats')).toContain('Every paid unit is somebody’s.')
    expect(await read('/')).not.toContain('open seats')
    const order = anOrder({ order: OrderId.parse('77'), lines: [aLine({ quantity: 3 })] })
    await at.scene.ledger.applyReading(await at.scene.ledger.numberRead(order), anOffer(order))
    expect(await read('/')).toContain('One order has open seats')
    expect(await read('/open-seats')).toMatch(/Order Shop Open Since 77 shop 2 \d+ \w+,? /)
  })
})
