import { describe, expect, it } from '@jest/globals'
import { enrollSeat, itemId, LineId, OrderId, Username } from '@seatkeeper/core'
import { aLine, anOffer, anOrder, emailOf, noBrake } from '@seatkeeper/core/fixture'
import { useLedger } from './fixture.ts'
import { createLedger } from './index.ts'
import { apply, nobody, theSeat } from './seats.fixture.ts'

const at = useLedger()

const { backoff } = enrollSeat
const ada = { id: 7, username: Username.parse('ada') }

describe('applyReading', () => {
  it('is refused once a snapshot was applied after the read got its number', async () => {
    const { ledger } = at
    const read = await ledger.numberRead(anOrder())
    await ledger.applySnapshot(anOffer(anOrder()))
    const late = anOffer(anOrder({ access: 'withdrawn', status: 'cancelled' }))
    expect(await ledger.applyReading(read, late)).toEqual({ result: 'overtaken', wakeUps: [] })
    expect((await theSeat(ledger)).claims).toMatchObject([{ access: 'granted' }])
  })

  it('lets a read that a snapshot has overtaken not fail the order, but makes it read again', async () => {
    const { ledger } = at
    const { wakeUps } = await ledger.noteHint(anOrder(), 'action')
    const id = itemId(wakeUps[0]!.item)
    await ledger.numberRead(anOrder())
    await ledger.applySnapshot(anOffer(anOrder()))
    const failure = { code: 'ORDER_WITHOUT_LEARNER', permanent: true, backoff, random: 0 } as const
    expect(await ledger.fileFailure({ id, generation: 1, ...failure })).toEqual({ next: 'superseded' })
    expect(await ledger.itemStatus(id)).toEqual({ generation: 2, status: 'due' })
  })

  it('has a dead order read again that a reader who lost the lease finds changed, or deleted', async () => {
    const { ledger } = at
    const died = { id: 'order-shop-1001', code: 'ORDER_WITHOUT_LEARNER', permanent: true, backoff, random: 0 } as const
    await ledger.noteHint(anOrder(), 'action')
    await apply(ledger, nobody())
    await ledger.fileFailure({ ...died, generation: 1 })
    expect((await apply(ledger, nobody())).wakeUps).toEqual([])
    const again = { item: { kind: 'order' }, lane: 'orders.shop' }
    expect((await apply(ledger, anOffer(anOrder()))).wakeUps).toMatchObject([again, { item: { kind: 'seat' } }])
    await ledger.fileFailure({ ...died, generation: 2 })
    const remove = async () => ledger.applyDeletion(await ledger.numberRead(anOrder()), anOrder(), noBrake)
    expect((await remove()).wakeUps).toMatchObject([{ item: { kind: 'seat' } }, again])
    await ledger.fileFailure({ ...died, generation: 3 })
    expect((await remove()).wakeUps).toEqual([])
  })

  it('is as good as ever for a read that begins after the snapshot', async () => {
    const { ledger } = at
    const { wakeUps } = await ledger.noteHint(anOrder(), 'action')
    const id = itemId(wakeUps[0]!.item)
    await ledger.applySnapshot(anOffer(anOrder()))
    expect(await ledger.itemStatus(id)).toEqual({ generation: 1, status: 'due' })
  })

  it('withdraws the claims of a line that vanished', async () => {
    const { ledger } = at
    await ledger.applySnapshot(anOffer(anOrder()))
    const { wakeUps } = await apply(ledger, anOffer(anOrder({ lines: [] })))
    expect(wakeUps).toMatchObject([{ lane: 'revoke.campus', generation: 2 }])
    expect((await theSeat(ledger)).claims).toMatchObject([{ access: 'withdrawn' }])
  })

  it('withdraws a refunded claim whose order has lost its address', async () => {
    const { ledger } = at
    await ledger.applySnapshot(anOffer(anOrder()))
    await apply(ledger, anOffer(anOrder({ learner: null, lines: [aLine({ refunded: 1 })] })))
    expect((await theSeat(ledger)).claims).toMatchObject([{ access: 'withdrawn' }])
  })

  it('leaves claims alone while the order is undecided', async () => {
    const { ledger } = at
    await ledger.applySnapshot(anOffer(anOrder()))
    expect((await apply(ledger, anOffer(anOrder({ access: 'undecided', status: 'on-hold' })))).wakeUps).toEqual([])
    expect((await theSeat(ledger)).claims).toMatchObject([{ access: 'granted' }])
  })

  it('moves the claim to the seat of the new address and settles both', async () => {
    const { ledger } = at
    await ledger.applySnapshot(anOffer(anOrder()))
    const before = await theSeat(ledger)
    const { wakeUps } = await apply(ledger, anOffer(anOrder({ learner: emailOf('grace@example.org') })))
    expect(wakeUps.map(({ lane }) => lane).toSorted()).toEqual(['enroll.campus', 'revoke.campus'])
    expect((await ledger.readSeat(before.id))?.claims).toEqual([])
    expect(await theSeat(ledger)).toMatchObject({ email: 'grace@example.org', claims: [{ access: 'granted' }] })
  })

  it('leaves a claim in its seat when its order is read again after the account is known', async () => {
    const { ledger } = at
    await ledger.applySnapshot(anOffer(anOrder()))
    const { id } = await theSeat(ledger)
    await ledger.bindAccount(id, ada)
    expect((await apply(ledger, anOffer(anOrder()))).wakeUps).toEqual([])
    expect((await theSeat(ledger)).id).toBe(id)
  })

  it('leaves a claim that came with another address of the account in the seat that it joined', async () => {
    const { ledger } = at
    const second = anOrder({ order: OrderId.parse('1002'), learner: emailOf('countess@example.org') })
    await ledger.applySnapshot(anOffer(anOrder()))
    await ledger.applySnapshot(anOffer(second))
    const { id } = await theSeat(ledger)
    await ledger.bindAccount(id, ada)
    await ledger.bindAccount((await theSeat(ledger, second)).id, ada)
    expect((await apply(ledger, anOffer(second))).wakeUps).toEqual([])
    expect((await theSeat(ledger, second)).id).toBe(id)
  })

  it('gives a line that takes the place of another the same seat', async () => {
    const { ledger } = at
    await ledger.applySnapshot(anOffer(anOrder()))
    const { id } = await theSeat(ledger)
    await ledger.bindAccount(id, ada)
    await apply(ledger, anOffer(anOrder({ lines: [aLine({ line: LineId.parse('32') })] })))
    expect((await ledger.orderView(anOrder()))?.seats).toEqual([id])
    expect((await theSeat(ledger)).claims.map(({ access }) => access).toSorted()).toEqual(['granted', 'withdrawn'])
  })

  it('lets two orders speak for one seat', async () => {
    const { ledger } = at
    const second = anOrder({ order: OrderId.parse('1002') })
    await ledger.applySnapshot(anOffer(anOrder()))
    await ledger.applySnapshot(anOffer(second))
    expect((await theSeat(ledger, second)).id).toBe((await theSeat(ledger)).id)
    expect((await theSeat(ledger)).orders).toHaveLength(2)
  })
})

describe('applyDeletion', () => {
  it('lets no snapshot that comes late grant anything, known order or not', async () => {
    for (const known of [true, false]) {
      const ledger = createLedger(at.redis, `${at.prefix}${known}:`)
      if (known) await ledger.applySnapshot(anOffer(anOrder()))
      await ledger.applyDeletion(await ledger.numberRead(anOrder()), anOrder(), noBrake)
      const late = anOrder({ modifiedAtMs: anOrder().modifiedAtMs + 1000 })
      expect((await ledger.applySnapshot(anOffer(late))).result).toBe('read')
    }
  })

  it('withdraws everything the order ever granted', async () => {
    const { ledger } = at
    await ledger.applySnapshot(anOffer(anOrder()))
    const { wakeUps } = await ledger.applyDeletion(await ledger.numberRead(anOrder()), anOrder(), noBrake)
    expect(wakeUps).toMatchObject([{ lane: 'revoke.campus' }])
    expect((await theSeat(ledger)).claims).toMatchObject([{ access: 'withdrawn' }])
  })
})
