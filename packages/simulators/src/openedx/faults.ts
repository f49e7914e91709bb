import { setTimeout as sleep } from 'node:timers/promises'
import { json, moved, page, type Answer, type Call } from './http.ts'
import type { LmsRoute, Served } from './routes.ts'

/** What can go wrong with one call. */
export type LmsFault =
  /** A page of the proxy or of Django; with `afterCommit` the work was done all the same. */
  | {
      readonly kind: 'status'
      readonly status: 500 | 502 | 503 | 504
      readonly afterCommit?: boolean
      readonly retryAfterSeconds?: number
    }
  /** The connection breaks and nothing was done. */
  | { readonly kind: 'reset-before' }
  /** The work was done and the answer is lost. */
  | { readonly kind: 'reset-after-commit' }
  /** The work is done late, also for a caller who gave up: it may land after the caller read back. */
  | { readonly kind: 'delay'; readonly delayMs: number }
  /** The work is done at once and the answer comes late. */
  | { readonly kind: 'delay-after-commit'; readonly delayMs: number }
  | { readonly kind: 'throttle-429'; readonly retryAfterSeconds: number }
  /** With a `Retry-After` as it stands here, whether or not that is one. */
  | { readonly kind: 'throttle-429-saying'; readonly retryAfter: string }
  | { readonly kind: 'throttle-429-without-retry-after' }
  | { readonly kind: 'html-429' }
  /** The work was done and the answer lost its body and type. */
  | { readonly kind: 'empty-200' }
  /** The work was done and half of the answer is missing. */
  | { readonly kind: 'truncated-json' }
  /** As from http to https. Nothing was done. */
  | { readonly kind: 'redirect' }
  /** Runs before the call is served, for whatever happens meanwhile; the call is then served as usual. */
  | {
      readonly kind: 'hook'
      readonly run: (call: Pick<Call, 'method' | 'path' | 'query'>) => void | Promise<void>
    }

/** Where and how often a fault strikes. */
export type LmsFaultPlan = LmsFault & {
  readonly route: LmsRoute | 'any'
  /** Strikes so many calls, then no more; without end if absent. */
  readonly times?: number
  /** 0 to 1, from the simulator's seed; 1 if absent. */
  readonly probability?: number
}

/** Faults by route, added and removed while the simulator runs. */
export interface LmsFaults {
  /** Returns what removes it. */
  add(plan: LmsFaultPlan): () => void
  clear(): void
}

/** The faults that strike the next call of a route, in the order they were added; counts them. */
export type TakeFaults = (route: LmsRoute) => readonly LmsFault[]

export function createFaults(seed: number): { readonly faults: LmsFaults; readonly take: TakeFaults } {
  const random = seededRandom(seed)
  const plans = new Map<symbol, { readonly plan: LmsFaultPlan; left: number }>()
  const faults: LmsFaults = {
    add(plan) {
      const key = Symbol(plan.kind)
      plans.set(key, { plan, left: plan.times ?? Infinity })
      return () => plans.delete(key)
    },
    clear: () => plans.clear(),
  }
  const take: TakeFaults = (route) =>
    [...plans.values()].flatMap((entry) => {
      const { plan } = entry
      const strikes =
        (plan.route === 'any' || plan.route === route) && entry.left > 0 && random() < (plan.probability ?? 1)
      if (strikes) entry.left -= 1
      return strikes ? [plan] : []
    })
  return { faults, take }
}

/** What is sent back, or that the connection breaks instead. */
export type Sent = Served | 'reset'

/** Serves a call under one fault. */
export async function suffer(
  fault: LmsFault,
  { call, url, stopped }: { readonly call: Call; readonly url: string; readonly stopped: AbortSignal },
  next: () => Promise<Sent>,
): Promise<Sent> {
  switch (fault.kind) {
    case 'status':
      return fault.afterCommit === true ? replace(await next(), () => failure(fault)) : instead(failure(fault))
    case 'reset-before':
      return 'reset'
    case 'reset-after-commit':
      await next()
      return 'reset'
    case 'delay':
      await sleep(fault.delayMs, undefined, { signal: stopped })
      return next()
    case 'delay-after-commit': {
      const sent = await next()
      await sleep(fault.delayMs, undefined, { signal: stopped })
      return sent
    }
    case 'throttle-429':
      return instead(throttledBy(fault.retryAfterSeconds))
    case 'throttle-429-saying':
      return instead(json(429, { detail: 'Request was throttled.' }, { 'retry-after': fault.retryAfter }))
    case 'throttle-429-without-retry-after':
      return instead(json(429, { developer_message: 'Request was throttled.' }))
    case 'html-429':
      return instead(page(429))
    case 'empty-200':
      return replace(await next(), () => ({ status: 200, headers: {}, body: '' }))
    case 'truncated-json':
      return replace(await next(), (answer) => ({ ...answer, body: answer.body.slice(0, answer.body.length / 2) }))
    case 'redirect':
      return instead(moved(`${url.replace('http:', 'https:')}${call.path}`))
    case 'hook':
      break
  }
  await fault.run(call)
  return next()
}

function instead(answer: Answer): Served {
  return { answer, username: undefined }
}

function replace(sent: Sent, change: (answer: Answer) => Answer): Sent {
  return sent === 'reset' ? sent : { ...sent, answer: change(sent.answer) }
}

function failure({ status, retryAfterSeconds }: Extract<LmsFault, { kind: 'status' }>): Answer {
  return page(status, retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) })
}

function throttledBy(seconds: number): Answer {
  const detail = `Request was throttled. Expected available in ${seconds} seconds.`
  return json(429, { detail }, { 'retry-after': String(seconds) })
}

/** A small generator of even quality (mulberry32): the same seed, the same faults. */
function seededRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
