import { describe, expect, it } from '@jest/globals'
import { noEnrolment, type CourseMode } from '@seatkeeper/core'
import { anOffer, anOrder } from '@seatkeeper/core/fixture'
import { useLedger } from './fixture.ts'
import { theSeat } from './seats.fixture.ts'

const at = useLedger()

describe('recordBaseline', () => {
  it('keeps the first', async () => {
    const { ledger } = at
    await ledger.applySnapshot(anOffer(anOrder()))
    const { id } = await theSeat(ledger)
    await ledger.recordBaseline(id, noEnrolment)
    await ledger.recordBaseline(id, { isActive: true, mode: 'audit' as CourseMode })
    expect((await ledger.readSeat(id))?.baseline).toEqual(noEnrolment)
  })
})
