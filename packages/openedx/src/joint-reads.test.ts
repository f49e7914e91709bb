import { AsyncLocalStorage } from 'node:async_hooks'
import { beforeEach, describe, expect, it } from '@jest/globals'
import { CourseKey, JobFailure, noEnrolment, Username, type Enrolment, type FailureCode } from '@seatkeeper/core'
import type { Party } from './entrance.ts'
import type { PayingPurse, Purse } from './purse.ts'
import { createJointReads, type Reader, type RowName, type JointReads } from './joint-reads.ts'

const course = CourseKey.parse('course-v1:Org+C1+R1')
const verified: Enrolment = { isActive: true, mode: 'verified' as Enrolment['mode'] }
const aRow = (name: string): RowName => ({ username: Username.parse(name), course })
const { signal } = new AbortController()

/** A call that is under way until a test ends it. */
interface Call {
  readonly names: readonly string[]
  readonly purse: PayingPurse
  readonly signal: AbortSignal
  /** In whose context it was begun. */
  readonly job: string | undefined
  readonly end: PromiseWithResolvers<readonly (Enrolment | undefined)[]>
}

const job = new AsyncLocalStorage<string>()
let lists: Call[]
let singles: Call[]
let refused: FailureCode[]
let nowMs: number
let reads: JointReads

function begin(calls: Call[], purse: PayingPurse, rows: readonly RowName[], until: AbortSignal) {
  const end = Promise.withResolvers<readonly (Enrolment | undefined)[]>()
  calls.push({ names: rows.map(({ username }) => username), purse, signal: until, job: job.getStore(), end })
  return end.promise
}

function createReads(collectMs: number): JointReads {
  return createJointReads({
    readOne: async (purse, row, until) => (await begin(singles, purse, [row], until))[0] ?? noEnrolment,
    readSome: (purse, rows, until) => begin(lists, purse, rows, until),
    isListable: ({ username }) => username !== 'ünlisted',
    nowMs: () => nowMs,
    onRefused: (code) => void refused.push(code),
    collectMs,
  })
}

const aDayMs = 86_400_000
beforeEach(() => {
  ;[lists, singles, refused, nowMs] = [[], [], [], 0]
  reads = createReads(aDayMs)
})

function aPurse(): Purse {
  return {
    class: 'enroll',
    isFull: () => true,
    take: async () => ({ user: 'ada', class: 'enroll', id: '1' }),
    giveBack: async () => undefined,
  }
}

function aParty(): Party & { readonly left: () => number } {
  let left = 0
  return {
    shared: aPurse(),
    leave: async () => {
      left += 1
    },
    left: () => left,
  }
}

const join = (party: Party = aParty(), own: Purse = aPurse()) => reads.join(own, party)
/** Lets everything run that waits for nothing. */
const settle = async () => {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve()
}
const codeOf = (read: Promise<unknown>) => read.then(String, (thrown: { code?: string }) => thrown.code)
const namesOf = (calls: readonly Call[]) => calls.map(({ names }) => names.join(' '))

/** Two jobs that read together. */
async function readTwo(party = aParty()) {
  const [one, two] = [join(party), join(party)]
  const answers = [one.read(aRow('alice'), signal), two.read(aRow('bob'), signal)] as const
  await settle()
  return { one, two, answers }
}

describe('createJointReads', () => {
  it('begins at once for a lone job, with a call for one row', async () => {
    const party = aParty()
    const answer = join(party).read(aRow('alice'), signal)
    await settle()
    expect(namesOf(singles)).toEqual(['alice'])
    singles[0]?.end.resolve([verified])
    expect(await answer).toBe(verified)
    expect(lists).toEqual([])
    expect(party.left()).toBe(1)
  })

  it('begins when all who were let in have asked, and gives everybody their own', async () => {
    const readers = [join(), join(), join()]
    const first = readers[0]?.read(aRow('alice'), signal)
    const second = readers[1]?.read(aRow('bob'), signal)
    await settle()
    expect(lists).toEqual([])
    const third = readers[2]?.read(aRow('carol'), signal)
    await settle()
    expect(namesOf(lists)).toEqual(['alice bob carol'])
    lists[0]?.end.resolve([verified, noEnrolment, verified])
    expect(await Promise.all([first, second, third])).toEqual([verified, noEnrolment, verified])
    expect(singles).toEqual([])
  })

  it('has each job told of the call that serves it, and reads alone in the context of who asked', async () => {
    const told: unknown[] = []
    const party = aParty()
    const [one, two] = [join(party), join(party)]
    const answers = [
      job.run('one', () => one.read(aRow('alice'), signal)),
      job.run('two', () => two.read(aRow('bob'), signal)),
    ]
    await settle()
    lists[0]?.purse.tellEach?.(() => told.push(job.getStore()))
    expect(told).toEqual(['one', 'two'])
    lists[0]?.end.resolve([undefined, verified])
    await settle()
    expect(singles).toMatchObject([{ names: ['alice'], job: 'one' }])
    singles[0]?.end.resolve([verified])
    expect(await Promise.all(answers)).toEqual([verified, verified])
  })

  it('waits for nobody who left without asking', async () => {
    const [asking, leaving] = [join(), join()]
    void asking.read(aRow('alice'), signal)
    await settle()
    expect(singles).toEqual([])
    await leaving.leave()
    expect(namesOf(singles)).toEqual(['alice'])
  })

  it('waits for those who dally no longer than it is told', async () => {
    reads = createReads(20)
    const [asking] = [join(), join()]
    const startMs = performance.now()
    void asking.read(aRow('alice'), signal)
    while (singles.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    expect(performance.now() - startMs).toBeGreaterThan(15)
  })

  it('never answers with a call that was begun before the question', async () => {
    const early = await readTwo()
    const late = join().read(aRow('carol'), signal)
    const later = join().read(aRow('dora'), signal)
    await settle()
    expect(namesOf(lists)).toEqual(['alice bob'])
    lists[0]?.end.resolve([noEnrolment, noEnrolment])
    await Promise.all(early.answers)
    await settle()
    expect(namesOf(lists)).toEqual(['alice bob', 'carol dora'])
    lists[1]?.end.resolve([verified, verified])
    expect(await Promise.all([late, later])).toEqual([verified, verified])
  })

  it('reads alone, and from the own purse, whatever a job reads after its first', async () => {
    const own = aPurse()
    const [again, other] = [join(aParty(), own), join()]
    const first = again.read(aRow('alice'), signal)
    const others = other.read(aRow('bob'), signal)
    await settle()
    lists[0]?.end.resolve([verified, verified])
    await Promise.all([first, others])
    const [late, dallying] = [join(), join()]
    void late.read(aRow('carol'), signal)
    void again.read(aRow('alice'), signal)
    await settle()
    expect(namesOf(singles)).toEqual(['alice'])
    expect(singles[0]?.purse).toBe(own)
    await dallying.leave()
  })

  it('pays from what was promised for all', async () => {
    const party = aParty()
    await readTwo(party)
    expect(await lists[0]?.purse.take(signal)).toMatchObject({ user: 'ada' })
    lists[0]?.end.resolve([verified, verified])
    await settle()
    expect(party.left()).toBe(2)
  })

  it('lets one give up without taking the answer from the others, and stops when all did', async () => {
    const [hurried, patient] = [new AbortController(), new AbortController()]
    const [one, two] = [join(), join()]
    const first = one.read(aRow('alice'), hurried.signal)
    const second = two.read(aRow('bob'), patient.signal)
    await settle()
    hurried.abort()
    expect(await codeOf(first)).toBe('DEADLINE_PASSED')
    expect(lists[0]?.signal.aborted).toBe(false)
    patient.abort()
    expect(await codeOf(second)).toBe('DEADLINE_PASSED')
    expect(lists[0]?.signal.aborted).toBe(true)
    lists[0]?.end.reject(new JobFailure('DEADLINE_PASSED', 'all gave up'))
    await settle()
    expect(reads.isSharing()).toBe(true)
  })

  it('asks nothing for those who gave up before it began', async () => {
    const hurried = new AbortController()
    const [one, two] = [join(), join()]
    const first = one.read(aRow('alice'), hurried.signal)
    hurried.abort()
    void two.read(aRow('bob'), signal)
    await settle()
    expect(await codeOf(first)).toBe('DEADLINE_PASSED')
    expect(namesOf(singles)).toEqual(['bob'])
    expect(lists).toEqual([])
  })

  it.each(['LMS_UNREACHABLE', 'LMS_THROTTLED', 'LMS_TOKEN_REFUSED', 'LMS_FORBIDDEN', 'UNEXPECTED'] as const)(
    'fails for all with %s',
    async (code) => {
      const { answers } = await readTwo()
      lists[0]?.end.reject(new JobFailure(code, 'it failed'))
      expect(await Promise.all(answers.map(codeOf))).toEqual([code, code])
      expect(singles).toEqual([])
      expect(reads.isSharing()).toBe(true)
    },
  )

  it.each(['LMS_ENDPOINT_MISSING', 'LMS_ERROR', 'LMS_ANSWER_MISMATCH', 'LMS_REQUEST_REFUSED'] as const)(
    'lets each read alone after %s, and says so once',
    async (code) => {
      const { answers } = await readTwo()
      lists[0]?.end.reject(new JobFailure(code, 'it failed'))
      await settle()
      expect(namesOf(singles)).toEqual(['alice', 'bob'])
      singles[0]?.end.resolve([verified])
      singles[1]?.end.reject(new JobFailure('LMS_ERROR', 'bob is hard to read'))
      expect(await Promise.all([answers[0], codeOf(answers[1])])).toEqual([verified, 'LMS_ERROR'])
      expect(reads.isSharing()).toBe(false)
      expect(refused).toEqual([code])
    },
  )

  it('lets those read alone of whom the list does not tell', async () => {
    const { answers } = await readTwo()
    lists[0]?.end.resolve([undefined, verified])
    await settle()
    expect(namesOf(singles)).toEqual(['alice'])
    singles[0]?.end.resolve([noEnrolment])
    expect(await Promise.all(answers)).toEqual([noEnrolment, verified])
    expect(reads.isSharing()).toBe(true)
  })

  it('keeps names out that would spoil the list', async () => {
    const [odd, one, two] = [join(), join(), join()]
    void odd.read(aRow('ünlisted'), signal)
    void one.read(aRow('alice'), signal)
    void two.read(aRow('bob'), signal)
    await settle()
    expect(namesOf(singles)).toEqual(['ünlisted'])
    expect(namesOf(lists)).toEqual(['alice bob'])
  })

  it('tries lists again after a minute, then after ever longer, an hour at most', async () => {
    const refuse = async () => {
      await readTwo()
      lists.at(-1)?.end.reject(new JobFailure('LMS_ENDPOINT_MISSING', 'no lists here'))
      await settle()
      singles.forEach(({ end }) => end.resolve([noEnrolment]))
      await settle()
    }
    const minutes = [1, 2, 4, 8, 16, 32, 60, 60]
    for (const rest of minutes) {
      await refuse()
      nowMs += rest * 60_000 - 1
      expect(reads.isSharing()).toBe(false)
      nowMs += 1
      expect(reads.isSharing()).toBe(true)
    }
    expect(lists).toHaveLength(minutes.length)
    expect(refused).toEqual(['LMS_ENDPOINT_MISSING'])
    const { answers } = await readTwo()
    lists.at(-1)?.end.resolve([verified, verified])
    await Promise.all(answers)
    await refuse()
    nowMs += 60_000
    expect(reads.isSharing()).toBe(true)
  })

  it('leaves lists alone that fail three times in a row, as if the LMS were out', async () => {
    const fail = async () => {
      const { answers } = await readTwo()
      lists.at(-1)?.end.reject(new JobFailure('LMS_UNREACHABLE', 'too slow'))
      await Promise.all(answers.map(codeOf))
      await settle()
    }
    await fail()
    await fail()
    expect(reads.isSharing()).toBe(true)
    await fail()
    expect(reads.isSharing()).toBe(false)
    expect(refused).toEqual([])
    const reader: Reader = join()
    void reader.read(aRow('alice'), signal)
    await settle()
    expect(namesOf(singles)).toEqual(['alice'])
  })
})
