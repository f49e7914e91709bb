import { CourseMode, Username } from '@seatkeeper/core'
import { deadLetterLane } from '@seatkeeper/queue'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { Queue } from 'bullmq'
import { canaries, giveUp, itemOf, sell, settle, startScene, wait, type Scene } from './scene.fixture.ts'
import { ask, asPage } from './visitor.fixture.ts'

let scene: Scene
let cookie: string

beforeAll(async () => {
  scene = await startScene()
})
afterAll(() => scene.close())
beforeEach(async () => {
  cookie = await scene.enter('admin')
})
afterEach(() => scene.redis.flushall())

/** The words of a page, as a reader sees them. */
async function read(path: string): Promise<string> {
  const { status, text } = await ask(scene.url, path, { headers: { cookie, ...asPage } })
  expect([path, status]).toEqual([path, 200])
  return wordsOf(text)
}

function wordsOf(page: string): string {
  const plain = page.replace(/<[^>]*>/g, ' ').replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)))
  return plain.replace(/\s+/g, ' ')
}

async function boardApi(path: string): Promise<string> {
  return (await ask(scene.url, `/queues/api/${path}`, { headers: { cookie } })).text
}

async function laneNames(): Promise<string[]> {
  const { queues }: { queues: { name: string }[] } = JSON.parse(await boardApi('queues'))
  return queues.map(({ name }) => name)
}

async function allKeys(): Promise<string[]> {
  return (await scene.redis.keys('*')).toSorted()
}

/** What no part of ours would ever add. */
async function addStrayJob(): Promise<void> {
  const queue = new Queue('enroll.campus', { connection: scene.redis, prefix: '{seatkeeper}:bull' })
  const job = await queue.add('stray', { to: 'ada.canary@example.org' }, { jobId: 'stray' })
  await job.log('mailed ada.canary@example.org')
  await queue.close()
}

async function sellOne(order = '1001') {
  const [seat] = await sell(scene, { order })
  if (seat === undefined) throw new Error('the order has no seat')
  return seat
}

describe('the overview', () => {
  it('says what is empty', async () => {
    const words = await read('/')
    expect(words).toContain('All is well')
    expect(words).toContain('No order has come yet.')
  })

  it('counts every item once', async () => {
    await settle(scene, await sellOne('1'))
    await wait(scene, await sellOne('2'))
    await giveUp(scene, await sellOne('3'), 'LMS_COURSE_UNKNOWN')
    await sellOne('4')
    const words = await read('/')
    expect(words).toContain('One item needs a decision')
    expect(words).toContain('5 settled + 1 due + 1 waiting + 1 dead = 8 registered')
  })

  it('warns when the count does not come out even', async () => {
    await sellOne()
    await scene.redis.sadd('{seatkeeper}:agenda:registered', 'seat-lost')
    expect(await read('/')).toContain('= 2, but 3 items are registered')
  })

  it('counts the jobs of each lane', async () => {
    await sell(scene, { order: '1', skus: ['course-v1:DemoU+A+1', 'course-v1:DemoU+B+1'] })
    await scene.wakeUps.wake([
      {
        item: { kind: 'seat', ...(await sellOne('2')), seat: (await sellOne('3')).id },
        lane: 'enroll.campus',
        generation: 9,
        delayMs: 60_000,
      },
    ])
    expect(await read('/')).toContain('enroll.campus open 4 0 1 0')
  })

  it('shows a shut gate with its code and what to do', async () => {
    await sellOne()
    await scene.ledger.gates.shut('lms.campus', 'parked', 'LMS_TOKEN_REFUSED', 30_000)
    const words = await read('/')
    expect(words).toContain('Waiting for the other side')
    expect(words).toMatch(/enroll\.campus parked LMS_TOKEN_REFUSED for \d+ s The LMS refuses our OAuth2 client\./)
  })
})

describe('a lane that appears', () => {
  it('is on the overview and in Bull Board without a restart', async () => {
    expect(await laneNames()).toEqual([deadLetterLane])
    await sell(scene, { order: '1', lms: 'academy' })
    expect((await laneNames()).toSorted()).toEqual([deadLetterLane, 'enroll.academy'])
    expect(await read('/')).toContain('enroll.academy open 1')
  })
})

describe('the dead letters', () => {
  it('say so when there are none', async () => {
    expect(await read('/dead-letters')).toContain('Nothing is dead.')
  })

  it('name item, code, advice, attempts and the last replay', async () => {
    const seat = await sellOne()
    const item = await giveUp(scene, seat, 'LMS_COURSE_UNKNOWN')
    await scene.ledger.replay({ id: item, generation: null, by: 'grace', perSecond: 20 })
    await giveUp(scene, { ...seat, generation: seat.generation + 1 }, 'LMS_MODE_UNAVAILABLE')
    const words = await read('/dead-letters')
    expect(words).toContain('One item is given up')
    expect(words).toMatch(
      new RegExp(`${item} enroll.campus LMS_MODE_UNAVAILABLE The course run does not offer .* UTC 2 grace, `),
    )
  })

  it('come the newest first', async () => {
    const first = await giveUp(scene, await sellOne('1'), 'LMS_COURSE_UNKNOWN')
    const second = await giveUp(scene, await sellOne('2'), 'LMS_COURSE_UNKNOWN')
    const words = await read('/dead-letters')
    expect(words.indexOf(second)).toBeLessThan(words.indexOf(first))
  })
})

describe('the page of a seat', () => {
  it('compares what is wanted with what is there, and says who wants it', async () => {
    const seat = await sellOne()
    await settle(scene, seat)
    const words = await read(`/items/${itemOf(seat)}`)
    expect(words).toContain('course-v1:DemoU+CS101+2026 settled')
    expect(words).toContain('Wanted verified Verified at the LMS verified Before us audit Orders order-shop-1001')
    expect(words).toContain('granted shop/1001/31/1/campus/course-v1:DemoU+CS101+2026 verified')
    expect(words).toContain('UTC Settled applied')
  })

  it('tells how two seats of one account became one', async () => {
    const [first, second] = [await sellOne('1'), await sellOne('2')]
    const account = { id: 7, username: Username.parse('canary-account') }
    for (const { id } of [first, second]) await scene.ledger.bindAccount(id, account)
    expect(await read(`/items/${itemOf(first)}`)).toContain(`Took over a seat of the same account ${second.id}`)
    expect(await read(`/items/${itemOf(second)}`)).toContain(`Same account as an older seat, which goes on ${first.id}`)
  })

  it('keeps to itself why an operator decided', async () => {
    const { id: seat, lms, course } = await sellOne()
    const item = { lms, course, mode: CourseMode.parse('verified') }
    const decision = { by: 'alice', reason: 'words about a canary', item, learner: null }
    await scene.ledger.setOperatorClaim({ access: 'denied', seat, ...decision })
    const words = await read(`/items/${itemOf({ id: seat, lms })}`)
    expect(words).toContain('1 more in others’ own words')
    expect(words).not.toMatch(/canary/)
  })

  it('says why it is dead, what to do and what was tried', async () => {
    const words = await read(`/items/${await giveUp(scene, await sellOne(), 'LMS_COURSE_UNKNOWN')}`)
    expect(words).toContain('Correct the product’s course key, then replay.')
    expect(words).toMatch(/UTC LMS_ERROR , next in 1 s .* UTC LMS_COURSE_UNKNOWN , the last one/)
    expect(words).toContain('UTC Gave up LMS_COURSE_UNKNOWN')
    expect(words).toContain('1 more in others’ own words, which may name a person, is not shown here.')
  })

  it('says what it waits for', async () => {
    const seat = await sellOne()
    await wait(scene, seat)
    expect(await read(`/items/${itemOf(seat)}`)).toMatch(/Due .* UTC Waits for no-account/)
  })
})

describe('the page of an order', () => {
  it('leads from its lines to its seats', async () => {
    const seat = await sellOne()
    const words = await read('/items/order-shop-1001')
    expect(words).toContain('shop 1001 settled')
    expect(words).toContain('Line 31 course-v1:DemoU+CS101+2026 verified at campus')
    expect(words).toContain(`due ${itemOf(seat)} course-v1:DemoU+CS101+2026`)
    expect(words).toContain('Read at the shop processing')
  })

  it('lets nothing that the shop says become markup', async () => {
    await sell(scene, { order: '1', status: '<script>alert(1)</script>' })
    const { text } = await ask(scene.url, '/items/order-shop-1', { headers: { cookie, ...asPage } })
    expect(text).not.toContain('<script')
    expect(wordsOf(text)).toContain('Status <script>alert(1)</script>')
  })
})

describe('an item that is not there', () => {
  it.each([
    'seat-s1234567890123456789',
    'order-shop-9',
    'seat-',
    'order-',
    '..%2f..%2fetc',
    '%00',
    'agenda:dead',
    '%E0%A4%A',
  ])('%p is not found', async (id) => {
    const { status, text } = await ask(scene.url, `/items/${id}`, { headers: { cookie, ...asPage } })
    expect([404, 400]).toContain(status)
    expect(text).not.toMatch(/at .*\.ts|node_modules/)
  })
})

describe('Bull Board', () => {
  it('shows a dead letter with its advice and leads to what it is about', async () => {
    const item = await giveUp(scene, await sellOne(), 'LMS_COURSE_UNKNOWN')
    const { job } = JSON.parse(await boardApi(`queues/${deadLetterLane}/dead-${item}-g1`))
    expect(job.data).toMatchObject({ item, code: 'LMS_COURSE_UNKNOWN', advice: expect.stringContaining('then replay') })
    expect(job.externalUrl.href).toBe(`/items/${item}`)
    expect((await ask(scene.url, job.externalUrl.href, { headers: { cookie } })).status).toBe(200)
  })

  it('leads from a wake-up to its item', async () => {
    const seat = await sellOne()
    const { job } = JSON.parse(await boardApi(`queues/enroll.campus/${itemOf(seat)}-g1`))
    expect(job.externalUrl.href).toBe(`/items/${itemOf(seat)}`)
  })

  it('links nothing outside and offers no change', async () => {
    await sellOne()
    const page = await ask(scene.url, '/queues', { headers: { cookie, ...asPage } })
    expect(page.text).toContain('id="root"')
    expect(page.text).not.toMatch(/(href|src)="(https?:)?\/\//)
    const { queues } = JSON.parse(await boardApi('queues'))
    for (const queue of queues)
      expect(queue).toMatchObject({ readOnlyMode: true, allowRetries: false, hasWorkers: null })
  })

  it('writes nothing to Redis by being looked at', async () => {
    await sellOne()
    const before = await allKeys()
    await boardApi('queues?activeQueue=enroll.campus')
    await read('/')
    expect(await allKeys()).toEqual(before)
  })
})

describe('a person', () => {
  it('is named nowhere, in no page, no answer and no log line', async () => {
    const settled = await sellOne('1')
    await settle(scene, settled)
    const dead = await giveUp(scene, await sellOne('2'), 'LMS_LEARNER_BLOCKED')
    await addStrayJob()
    const pages = [
      '/',
      '/dead-letters',
      '/queues',
      `/items/${dead}`,
      `/items/${itemOf(settled)}`,
      '/items/order-shop-1',
    ]
    const apis = [
      'queues',
      `queues?activeQueue=${deadLetterLane}`,
      'queues?activeQueue=enroll.campus',
      'queues/enroll.campus/stray',
      'queues/enroll.campus/stray/logs',
    ]
    const texts = [...(await Promise.all(pages.map(read))), ...(await Promise.all(apis.map(boardApi))), scene.logged()]
    expect(texts.join('')).toContain('[email]')
    for (const canary of canaries) expect(texts.filter((text) => text.includes(canary))).toEqual([])
  })
})
