import { describe, expect, it } from '@jest/globals'
import { deadLetterLane } from '@seatkeeper/queue'
import { useReader } from './reader.fixture.ts'
import { giveUp, itemOf } from './scene.fixture.ts'
import { ask, asPage } from './visitor.fixture.ts'

const at = useReader()
const { read, boardApi, sellOne } = at

async function allKeys(): Promise<string[]> {
  return (await at.scene.redis.keys('*')).toSorted()
}

describe('Bull Board', () => {
  it('shows a dead letter with its advice and leads to what it is about', async () => {
    const item = await giveUp(at.scene, await sellOne(), 'LMS_COURSE_UNKNOWN')
    const { job } = JSON.parse(await boardApi(`queues/${deadLetterLane}/dead-${item}-g1`))
    expect(job.data).toMatchObject({ item, code: 'LMS_COURSE_UNKNOWN', advice: expect.stringContaining('then replay') })
    expect(job.externalUrl.href).toBe(`/items/${item}`)
    expect((await ask(at.scene.url, job.externalUrl.href, { headers: { cookie: at.cookie } })).status).toBe(200)
  })

  it('leads from a wake-up to its item', async () => {
    const seat = await sellOne()
    const { job } = JSON.parse(await boardApi(`queues/enroll.campus/${itemOf(seat)}-g1`))
    expect(job.externalUrl.href).toBe(`/items/${itemOf(seat)}`)
  })

  it('links nothing outside and offers no change', async () => {
    await sellOne()
    const page = await ask(at.scene.url, '/queues', { headers: { cookie: at.cookie, ...asPage } })
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
