import { describe, expect, it } from '@jest/globals'
import { CourseMode } from '@seatkeeper/core'
import { bullPrefix, deadLetterLane } from '@seatkeeper/queue'
import { Queue } from 'bullmq'
import { useReader } from './reader.fixture.ts'
import { canaries, giveUp, itemOf, settle } from './scene.fixture.ts'

const at = useReader()
const { read, search, boardApi, sellOne } = at

/** What no part of ours would ever add. */
async function addStrayJob(): Promise<void> {
  const queue = new Queue('enroll.campus', { connection: at.scene.redis, prefix: bullPrefix })
  const job = await queue.add('stray', { to: 'ada.canary@example.org' }, { jobId: 'stray' })
  await job.log('mailed ada.canary@example.org')
  await queue.close()
}

describe('a person', () => {
  it('is named to viewers nowhere, in no page, no answer and no log line', async () => {
    await at.enter('viewer')
    const settled = await sellOne('1')
    await settle(at.scene, settled)
    const dead = await giveUp(at.scene, await sellOne('2'), 'LMS_LEARNER_BLOCKED')
    await addStrayJob()
    await at.scene.ledger.setOperatorClaim({
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
      at.scene.logged(),
    ]
    expect(texts.join('')).toContain('[email]')
    for (const canary of canaries) expect(texts.filter((text) => text.includes(canary))).toEqual([])
  })
})
