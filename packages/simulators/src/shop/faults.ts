import type { DeliveryRequest } from './delivery.ts'

/** A trouble of the shop's REST API. */
export type RestFault =
  /** Answers with a web page instead of the API, as a proxy or a crash does. */
  | { readonly kind: 'page'; readonly status: number; readonly retryAfterSeconds?: number }
  /** Closes the connection without an answer; nothing is done. */
  | { readonly kind: 'reset' }
  /** Does what is asked, then closes the connection: the caller cannot know. */
  | { readonly kind: 'lose-answer' }
  /** Answers as always, later. */
  | { readonly kind: 'delay'; readonly delayMs: number }
  /** Runs before the call is answered as always, for whatever happens meanwhile. */
  | { readonly kind: 'hook'; readonly run: (call: { readonly method: string; readonly path: string }) => void }

/** Which calls a fault meets, and how many of them. */
export interface FaultScope {
  /** Unlimited unless given. */
  readonly times?: number
  readonly method?: string
  /** Tested against the path below the REST base, such as `/orders/12`. */
  readonly path?: RegExp
}

/** The switches for trouble, all off at first. */
export interface ShopFaults {
  /** Adds a fault to the REST API; the oldest that fits a call takes it. */
  rest(fault: RestFault, scope?: FaultScope): void
  /** Loses deliveries after they left the queue, as a crash of the shop's PHP does: no retry, no failure counted. */
  dropDeliveries(fits: (delivery: DeliveryRequest) => boolean): void
  /** Ends all trouble. */
  clear(): void
}

/** What the delivery queue asks. */
export interface DeliveryFaults {
  isDropped(delivery: DeliveryRequest): boolean
}

/** What the REST server asks: the fault that meets this call, which uses it up once. */
export interface RestFaults {
  take(method: string, path: string): RestFault | undefined
}

/** No trouble yet: what tests switch on, and what queue and server ask. */
export function createFaults(): ShopFaults & DeliveryFaults & RestFaults {
  let planned: { readonly fault: RestFault; readonly scope: FaultScope; left: number }[] = []
  let isDropped: ((delivery: DeliveryRequest) => boolean) | undefined
  return {
    rest: (fault, scope = {}) => planned.push({ fault, scope, left: scope.times ?? Infinity }),
    dropDeliveries: (fits) => {
      isDropped = fits
    },
    clear: () => {
      planned = []
      isDropped = undefined
    },
    isDropped: (delivery) => isDropped?.(delivery) ?? false,
    take: (method, path) => {
      const met = planned.find(({ scope, left }) => left > 0 && meets(scope, method, path))
      if (met !== undefined) met.left -= 1
      return met?.fault
    },
  }
}

function meets({ method, path }: FaultScope, calledMethod: string, calledPath: string): boolean {
  return (method ?? calledMethod) === calledMethod && (path?.test(calledPath) ?? true)
}
