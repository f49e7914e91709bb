import { beforeEach, describe, expect, it } from '@jest/globals'
import { JobFailure, type CallBudget, type CallRequest, type Reserved } from '@seatkeeper/core'
import { unlimitedCalls } from '@seatkeeper/core/fixture'
import { createEntrance, type Ticket } from './entrance.ts'

const seat = { class: 'enroll', calls: 1, shared: 1, holdMs: 20_000 } as const
const unhurried = new AbortController().signal

let left: number
let requests: CallRequest[]
let stopped: string[]
let isSharing: boolean
let answer: (request: CallRequest) => Promise<Reserved>

/** A budget of so many calls; it has those who ask again come back in a moment. */
const budget: CallBudget = {
  ...unlimitedCalls,
  reserve: (request) => {
    requests.push(request)
    return answer(request)
  },
  giveBack: async (calls) => {
    left += calls.length
  },
  stopWaiting: async (waiter) => void stopped.push(waiter),
}

const promise: typeof answer = async ({ class: of, calls, least = calls, waiter }) => {
  if (left < Math.min(least, calls)) return { status: 'later', waitMs: 1 }
  const count = Math.min(calls, left)
  left -= count
  const promised = Array.from({ length: count }, (_, index) => ({ user: 'ada', class: of, id: `${waiter}-${index}` }))
  return { status: 'reserved', calls: promised }
}

beforeEach(() => {
  ;[left, requests, stopped, isSharing, answer] = [1000, [], [], true, promise]
})

const callers = { users: async () => ['ada'], mayCall: () => true }

function open(jobs: Parameters<typeof createEntrance>[1] = seat) {
  return createEntrance({ budget, callers, longestCallMs: 1000, isSharing: () => isSharing }, jobs)
}

const crowd = (enter: ReturnType<typeof open>, count: number, signal = unhurried) =>
  Array.from({ length: count }, () => enter(signal))
const until = async (isSo: () => boolean) => {
  for (let turn = 0; turn < 2000 && !isSo(); turn += 1) await new Promise((resolve) => setTimeout(resolve, 1))
  expect(isSo()).toBe(true)
}
const leave = async ({ own, party }: Ticket) => {
  await own.giveBack()
  await party.leave()
}
const parties = (tickets: readonly Ticket[]) => new Set(tickets.map(({ party }) => party)).size

describe('createEntrance', () => {
  it('lets a lone job in with its calls and the one that it would share', async () => {
    const ticket = await open()(unhurried)
    expect(left).toBe(998)
    expect(ticket.own.isFull() && ticket.party.shared.isFull()).toBe(true)
    await leave(ticket)
    expect(left).toBe(1000)
  })

  it('lets in together, with one call more, all who come while it asks', async () => {
    const tickets = await Promise.all(crowd(open(), 10))
    expect(left).toBe(1000 - 11)
    expect(parties(tickets)).toBe(1)
    expect(new Set(tickets.map(({ own }) => own)).size).toBe(10)
  })

  it('gives shared calls back after the last of those who share them', async () => {
    const [first, second] = await Promise.all(crowd(open(), 2))
    await first?.party.leave()
    expect(second?.party.shared.isFull()).toBe(true)
    await second?.party.leave()
    expect(left).toBe(998)
  })

  it('asks for one less each time, and lets in as many as there are calls for', async () => {
    left = 0
    const entering = crowd(open(), 10)
    await until(() => requests.length === 6)
    left = 6
    const tickets = await Promise.all(entering.slice(0, 5))
    expect(requests.slice(0, 6).map(({ least }) => least)).toEqual([11, 10, 9, 8, 7, 6])
    expect(left).toBe(0)
    expect(parties(tickets)).toBe(1)
    await until(() => requests.some(({ calls }) => calls === 6))
    left = 1000
    expect(parties(await Promise.all(entering))).toBe(2)
  })

  it('asks for no less than one job needs', async () => {
    left = 0
    const entering = open()(unhurried)
    await until(() => requests.length >= 4)
    left = 1
    const asked = requests.length
    await until(() => requests.length > asked)
    expect(requests.every(({ least }) => least === 2)).toBe(true)
    left = 2
    await entering
  })

  it('takes what a class may have at most for enough', async () => {
    answer = (request) => promise({ ...request, calls: 1, least: 1 })
    const ticket = await open({ ...seat, calls: 5, shared: 0 })(unhurried)
    expect(ticket.own.isFull()).toBe(true)
    expect(left).toBe(999)
  })

  it('gives each job all its calls where nothing is shared', async () => {
    isSharing = false
    const tickets = await Promise.all(crowd(open(), 3))
    expect(left).toBe(1000 - 6)
    expect(tickets.some(({ party }) => party.shared.isFull())).toBe(false)
  })

  it('gives back what was promised to who gave up meanwhile', async () => {
    const hurried = new AbortController()
    answer = async (request) => {
      hurried.abort()
      return promise(request)
    }
    const enter = open()
    const [one, other] = [enter(hurried.signal), enter(unhurried)]
    await expect(one).rejects.toMatchObject({ code: 'DEADLINE_PASSED' })
    const ticket = await other
    await leave(ticket)
    await until(() => left === 1000)
  })

  it.each(Array.from({ length: 13 }, (_, turns) => turns))(
    'keeps no call of a job that gives up just as it is let in, %i turns after the answer',
    async (turns) => {
      const hurried = new AbortController()
      const giveUp = async () => {
        for (let turn = 0; turn < turns; turn += 1) await Promise.resolve()
        hurried.abort()
      }
      answer = async (request) => {
        const reserved = await promise(request)
        void giveUp()
        return reserved
      }
      await open()(hurried.signal).then(leave, () => undefined)
      await until(() => left === 1000)
      expect(left).toBe(1000)
    },
  )

  it('asks no more once nobody waits, and says so for revokes', async () => {
    left = 0
    const hurried = new AbortController()
    const [one, two] = crowd(open({ ...seat, class: 'revoke' }), 2, hurried.signal)
    await until(() => requests.length === 2)
    hurried.abort()
    for (const entering of [one, two]) await expect(entering).rejects.toMatchObject({ code: 'DEADLINE_PASSED' })
    await until(() => stopped.length === 1)
    expect(stopped).toEqual([requests[0]?.waiter])
    const asked = requests.length
    left = 2
    await new Promise((resolve) => setTimeout(resolve, 30))
    expect(requests).toHaveLength(asked)
  })

  it('turns all away where the LMS has us wait, and serves who comes later', async () => {
    const enter = open()
    answer = async () => ({ status: 'throttled', waitMs: 7000 })
    for (const entering of crowd(enter, 2))
      await expect(entering).rejects.toMatchObject({ code: 'LMS_THROTTLED', retryAfterMs: 7000 })
    answer = () => Promise.reject(new JobFailure('LMS_TOKEN_REFUSED', 'no token'))
    await expect(enter(unhurried)).rejects.toMatchObject({ code: 'LMS_TOKEN_REFUSED' })
    answer = promise
    await enter(unhurried)
    expect(left).toBe(998)
  })
})
