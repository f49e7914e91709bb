import { beforeEach, describe, expect, it } from '@jest/globals'
import { enrollSeat, failures, itemId, LmsId, type JobFailure, type Outcome } from '@seatkeeper/core'
import { anOffer, anOrder } from '@seatkeeper/core/fixture'
import { useLedger } from '@seatkeeper/ledger/fixture'
import { doRound } from './chore.ts'
import { converge } from './converge.ts'

const at = useLedger()
let id: string

beforeEach(async () => {
  const { wakeUps } = await at.ledger.applySnapshot(anOffer(anOrder()))
  id = wakeUps.map(({ item }) => itemId(item)).find((name) => name.startsWith('seat-')) ?? ''
})

const turnOf = (name: string) => ({ id: name, leaseMs: 5000 })
const begun = () => Promise.reject(new Error('it was begun'))
const applied = (): Promise<Outcome> => Promise.resolve({ status: 'applied' })

/** What is left behind when a process died in the middle of a turn, once its lease and its quarantine ran out. */
async function dieOver(name: string): Promise<void> {
  const lease = await at.ledger.lease(name, 1)
  expect(lease?.mayWork).toBe(true)
  while ((await at.redis.exists(`${at.prefix}lease:${name}`, `${at.prefix}quarantine`)) > 0);
  await expect(lease?.assertHeld()).rejects.toMatchObject({ code: 'LEASE_LOST' })
}

describe('converge', () => {
  it('goes on with what two workers died over, and forgets them once it ended', async () => {
    await dieOver(id)
    await dieOver(id)
    expect(await converge(at.ledger, turnOf(id), applied)).toEqual({ status: 'applied' })
    expect(await at.ledger.lease(id, 5000)).toMatchObject({ crashes: 0 })
  })

  it('does not touch what three workers died over', async () => {
    for (let crash = 0; crash < 3; crash += 1) await dieOver(id)
    const worked = converge(at.ledger, turnOf(id), begun)
    await expect(worked).rejects.toMatchObject({ code: 'CRASHED' })
    expect(failures.CRASHED.verdict).toBe('permanent')
  })

  it('counts anew after a replay', async () => {
    for (let crash = 0; crash < 3; crash += 1) await dieOver(id)
    await expect(converge(at.ledger, turnOf(id), applied)).rejects.toMatchObject({ code: 'CRASHED' })
    const filing = {
      id,
      generation: 1,
      code: 'CRASHED',
      permanent: true,
      backoff: enrollSeat.backoff,
      random: 0,
    } as const
    expect(await at.ledger.fileFailure(filing)).toEqual({ next: 'dead' })
    await at.ledger.replay({ id, generation: null, by: 'ops', perSecond: 10 })
    expect(await converge(at.ledger, turnOf(id), applied)).toEqual({ status: 'applied' })
  })

  it('lets a chore go on in its next round that killed three workers in this one', async () => {
    const chore = { kind: 'chore', chore: 'audit', of: LmsId.parse('campus') } as const
    await at.ledger.ensureChore(chore, 'audit.campus')
    for (let crash = 0; crash < 3; crash += 1) await dieOver('audit-campus')
    const told: string[] = []
    const turn = { item: chore, everyMs: 60_000, onFailure: ({ code }: JobFailure) => void told.push(code) }
    expect(await doRound(at.ledger, turn, begun)).toMatchObject({ status: 'waiting', reason: 'scheduled' })
    expect(told).toEqual(['CRASHED'])
    expect(await at.ledger.lease('audit-campus', 5000)).toMatchObject({ crashes: 0 })
  })

  it('has a suspect wait while another one works, and keeps suspecting it', async () => {
    await at.ledger.ensureChore({ kind: 'chore', chore: 'audit', of: LmsId.parse('campus') }, 'audit.campus')
    await dieOver('audit-campus')
    await dieOver(id)
    const other = await at.ledger.lease('audit-campus', 5000)
    expect(await converge(at.ledger, turnOf(id), applied)).toEqual({ status: 'quarantined' })
    await other?.release()
    expect(await at.ledger.lease(id, 5000)).toMatchObject({ crashes: 1, mayWork: true })
  })
})
