import { CourseMode, LmsId, OrderId, Username } from '@seatkeeper/core'
import { aLine, anOffer, anOrder } from '@seatkeeper/core/fixture'
import { bullPrefix, deadLetterLane } from '@seatkeeper/queue'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { Queue } from 'bullmq'
import { canaries, giveUp, itemOf, sell, settle, startScene, wait, type Scene } from './scene.fixture.ts'
import { ask, asPage, fromHere } from './visitor.fixture.ts'

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

/** Looks for something, and follows where that leads. */
async function search(words: string): Promise<string> {
  const body = new URLSearchParams({ words }).toString()
  const answer = await ask(scene.url, '/search', { method: 'POST', headers: { ...fromHere(scene.url), cookie }, body })
  return answer.status === 303 ? read(String(answer.headers.location)) : wordsOf(answer.text)
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
  const queue = new Queue('enroll.campus', { connection: scene.redis, prefix: bullPrefix })
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

  it('shows how every store and LMS stands', async () => {
    await giveUp(scene, await sellOne('1'), 'LMS_COURSE_UNKNOWN')
    await sellOne('2')
    await scene.ledger.writeCursor('watch-shop', 'WEBHOOK_DISABLED 7 order.updated\nWEBHOOK_DISABLED 8 order.deleted')
    const lms = LmsId.parse('campus')
    await scene.ledger.keepBalance({ lms, 'paid-but-not-enrolled': 2, 'refunded-but-enrolled': 0 })
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
    await scene.ledger.writeCursor('watch-shop', '')
    expect(await read('/')).toContain('Webhooks are well.')
  })

  it('says how many calls the LMS has left for us, once a worker told', async () => {
    await sellOne()
    expect(await read('/')).not.toContain('calls a minute left')
    const budget = scene.ledger.callBudget(LmsId.parse('campus'), 100)
    await budget.reserve({ class: 'enroll', calls: 2, users: ['one'], waiter: 'a job', holdMs: 60_000 })
    await budget.left(['one', 'other'])
    expect(await read('/')).toContain('198 of 200 calls a minute left')
    await budget.throttle('other', 60_000)
    expect(await read('/')).toContain('98 of 200 calls a minute left; it has 1 of 2 users wait')
  })

  it('draws what was done in the last day', async () => {
    await scene.ledger.addBeats({ done: 7, failed: 2, longestMs: 4200 })
    const words = await read('/')
    expect(words).toContain('Done 7')
    expect(words).toContain('Failed 2')
    expect(words).toContain('Longest way 4 s')
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

describe('the open seats', () => {
  it('are listed by order, and the overview leads there', async () => {
    expect(await read('/open-seats')).toContain('Every paid unit is somebody’s.')
    expect(await read('/')).not.toContain('open seats')
    const order = anOrder({ order: OrderId.parse('77'), lines: [aLine({ quantity: 3 })] })
    await scene.ledger.applyReading(await scene.ledger.numberRead(order), anOffer(order))
    expect(await read('/')).toContain('One order has open seats')
    expect(await read('/open-seats')).toMatch(/Order Shop Open Since 77 shop 2 \d+ \w+,? /)
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
    expect(words).toContain('1 LMS_MODE_UNAVAILABLE The course run does not offer')
    expect(words).toMatch(new RegExp(`${item} enroll.campus LMS_MODE_UNAVAILABLE .* UTC 2 grace, `))
  })

  it('come the newest first', async () => {
    const first = await giveUp(scene, await sellOne('1'), 'LMS_COURSE_UNKNOWN')
    const second = await giveUp(scene, await sellOne('2'), 'LMS_COURSE_UNKNOWN')
    const words = await read('/dead-letters')
    expect(words.indexOf(second)).toBeLessThan(words.indexOf(first))
  })
})

describe('the page of a seat', () => {
  it('says whether, why, and who holds it', async () => {
    const seat = await sellOne()
    await settle(scene, seat)
    const words = await read(`/items/${itemOf(seat)}`)
    expect(words).toContain('ada.canary+1001@example.org LMS account canary-account')
    expect(words).toContain('Enrolled as verified One paid unit holds it, and the LMS confirmed it.')
    expect(words).toContain('Wanted verified Confirmed by the LMS verified Before any order audit')
    expect(words).toContain('granted Order 1001 of shop line 31, unit 1 verified')
    expect(words).toMatch(/UTC Settled applied/)
  })

  it('tells how two seats of one account became one', async () => {
    const [first, second] = [await sellOne('1'), await sellOne('2')]
    const account = { id: 7, username: Username.parse('canary-account') }
    for (const { id } of [first, second]) await scene.ledger.bindAccount(id, account)
    expect(await read(`/items/${itemOf(first)}`)).toContain(`Took over a seat of the same account ${second.id}`)
    expect(await read(`/items/${itemOf(second)}`)).toContain(`Same account as an older seat, which goes on ${first.id}`)
  })

  it('says what an operator decided and, but for viewers, why', async () => {
    const { id: seat, lms, course } = await sellOne()
    const item = { lms, course, mode: CourseMode.parse('verified') }
    const decision = { by: 'alice', reason: 'words about a canary', item, learner: null }
    await scene.ledger.setOperatorClaim({ access: 'denied', seat, ...decision })
    expect(await read(`/items/${itemOf({ id: seat, lms })}`)).toMatch(/denied by alice, .* UTC : words about a canary/)
    cookie = await scene.enter('viewer')
    const words = await read(`/items/${itemOf({ id: seat, lms })}`)
    expect(words).toContain('1 more in others’ own words')
    expect(words).not.toMatch(/canary/)
  })

  it('says why it is dead, what to do and what was tried', async () => {
    const words = await read(`/items/${await giveUp(scene, await sellOne(), 'LMS_COURSE_UNKNOWN')}`)
    expect(words).toContain('Not enrolled LMS_COURSE_UNKNOWN')
    expect(words).toContain('Correct the product’s course key, then replay.')
    expect(words).toMatch(/UTC Attempt failed LMS_ERROR transient next in 1 s The LMS failed on this seat alone/)
    expect(words).toMatch(/UTC Gave up LMS_COURSE_UNKNOWN permanent /)
    expect(words).toContain('In their words words about a canary')
  })

  it('says what it waits for', async () => {
    const seat = await sellOne()
    await wait(scene, seat)
    expect(await read(`/items/${itemOf(seat)}`)).toMatch(/No LMS account Nobody at the LMS has .* Next look: .* UTC \./)
  })

  it('says that its lane is held back, and by whom', async () => {
    const seat = await sellOne()
    await scene.ledger.gates.shut('lms.campus', 'closed', 'LMS_UNREACHABLE', 30_000)
    expect(await read(`/items/${itemOf(seat)}`)).toContain('Held back LMS_UNREACHABLE')
    await scene.ledger.pauseLane({ lane: 'enroll.campus', by: 'grace', reason: 'exam week' })
    expect(await read(`/items/${itemOf(seat)}`)).toContain('Held back grace stopped the lane enroll.campus.')
  })
})

describe('the page of an order', () => {
  it('answers for every seat, and tells order and seats in one timeline', async () => {
    const seat = await sellOne()
    await giveUp(scene, seat, 'LMS_COURSE_UNKNOWN')
    const words = await read('/items/order-shop-1001')
    expect(words).toContain('Order 1001 processing')
    expect(words).toContain(
      'Not enrolled LMS_COURSE_UNKNOWN course-v1:DemoU+CS101+2026 at campus ada.canary+1001@example.org',
    )
    expect(words).toContain('Line 31 course-v1:DemoU+CS101+2026 verified at campus')
    expect(words).toContain('The shop was told nothing yet')
    expect(words).toMatch(/DemoU\+CS101\+2026 Gave up LMS_COURSE_UNKNOWN .* order Read at the shop processing/)
  })

  it('lets nothing that the shop says become markup', async () => {
    await sell(scene, { order: '1', status: '<script>alert(1)</script>' })
    const { text } = await ask(scene.url, '/items/order-shop-1', { headers: { cookie, ...asPage } })
    expect(text).not.toContain('<script')
    expect(wordsOf(text)).toContain('Order 1 <script>alert(1)</script>')
  })
})

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
    await sell(scene, { order: '7', store: 'bookshop' })
    const words = await search('7')
    expect(words).toContain('order-bookshop-7')
    expect(words).toContain('order-shop-7')
  })

  it('finds the seats of an address, those that need somebody first', async () => {
    await settle(scene, await sellOne('1'))
    await sell(scene, { order: '1', store: 'bookshop', skus: ['course-v1:DemoU+ART+2026'] })
    const dead = await sell(scene, { order: '1', store: 'bookshop', skus: ['course-v1:DemoU+ART+2026'] })
    await giveUp(scene, dead[0] ?? (await sellOne('1')), 'LMS_COURSE_UNKNOWN')
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
    expect(scene.logged()).not.toContain('canary')
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
  it('is named to viewers nowhere, in no page, no answer and no log line', async () => {
    cookie = await scene.enter('viewer')
    const settled = await sellOne('1')
    await settle(scene, settled)
    const dead = await giveUp(scene, await sellOne('2'), 'LMS_LEARNER_BLOCKED')
    await addStrayJob()
    await scene.ledger.setOperatorClaim({
      access: 'granted',
      seat: settled.id,
      learner: null,
      by: 'alice',
      reason: 'words about a canary',
      item: { lms: settled.lms, course: settled.course, mode: CourseMode.parse('verified') },
    })
    const pages = [
      '/',
      '/record',
      `/courses/campus/${encodeURIComponent(settled.course)}`,
      '/lanes/enroll.campus',
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
    const found = await Promise.all(['ada.canary+2@example.org', '2', 'CS101'].map(search))
    const texts = [
      ...found,
      ...(await Promise.all(pages.map(read))),
      ...(await Promise.all(apis.map(boardApi))),
      scene.logged(),
    ]
    expect(texts.join('')).toContain('[email]')
    for (const canary of canaries) expect(texts.filter((text) => text.includes(canary))).toEqual([])
  })
})
