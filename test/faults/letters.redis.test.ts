import { expect, it } from '@jest/globals'
import { enrollSeat } from '@seatkeeper/core'
import { anOffer, anOrder } from '@seatkeeper/core/fixture'
import { createLedger } from '@seatkeeper/ledger'
import { useLedger } from '@seatkeeper/ledger/fixture'
import { bullPrefix, createDeadLetters } from '@seatkeeper/queue'
import { lettersOf } from './letters.ts'

const at = useLedger()

it('misses the letter of what died, until it is there', async () => {
  const ledger = createLedger(at.redis)
  await ledger.applySnapshot(anOffer(anOrder()))
  const [seat] = (await ledger.orderView(anOrder()))?.seats ?? []
  const { backoff } = enrollSeat
  const failing = { id: `seat-${seat}`, generation: 1, code: 'LMS_COURSE_UNKNOWN', permanent: true } as const
  await ledger.fileFailure({ ...failing, backoff, random: 0 })
  expect(await lettersOf(at.redis, 300)).toMatchObject({ late: ['1 of 1 dead were not shown within 0.3 s'] })

  const letters = createDeadLetters({ connection: at.redis, prefix: bullPrefix, onError: () => undefined })
  await letters.sync(ledger)
  expect(await lettersOf(at.redis)).toMatchObject({ late: [], figure: expect.stringMatching(/^1 dead, shown after/) })
  await letters.close()
})
