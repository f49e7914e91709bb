/** One call of a port that waits for its turn. */
export interface Call {
  readonly worker: number
  readonly name: string
  /** The first argument. */
  readonly subject: unknown
  readonly make: () => Promise<unknown>
  readonly resolve: (result: unknown) => void
  readonly reject: (error: Error) => void
  /** Its turn does not come before. */
  readonly notBeforeMs: number
}

/** What a port's call is before anybody waits for it. */
export type Wish = Pick<Call, 'name' | 'subject' | 'make'>

/** Hands out a port whose calls wait for their turn. */
export type Through = <Port extends object>(port: Port) => Port

/** A port whose calls wait for their turn, and the leases that it gives as well. */
export function turnTaking<Port extends object>(port: Port, wait: (wish: Wish) => Promise<unknown>): Port {
  return new Proxy(port, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name)
      if (typeof member !== 'function') return member
      return async (...args: unknown[]) => {
        const make = async (): Promise<unknown> => Reflect.apply(member, target, args)
        const result = await wait({ name: String(name), subject: args[0], make })
        const isLease = name === 'lease' && typeof result === 'object' && result !== null
        return isLease ? turnTaking(result, wait) : result
      }
    },
  })
}
