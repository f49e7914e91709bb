/** What operators do that changes something. Stored data: adding one is free, renaming one is not. */
export const operatorActionNames = [
  'replay',
  'discard',
  'pause',
  'resume',
  'grant',
  'deny',
  'release',
  'adopt',
  'reconcile',
  'connect',
  'erase',
  'retry',
] as const
export type OperatorActionName = (typeof operatorActionNames)[number]

/** One thing an operator did. Names no learner. */
export interface OperatorAction {
  readonly atMs: number
  readonly by: string
  readonly action: OperatorActionName
  /** An item, a lane, a store, or the words for several. */
  readonly on: string
  /** Reason or extent; empty if there is none. */
  readonly detail: string
}

/** The record of what operators did: it is added to, and shortened by nothing but retention. */
export interface OperatorLog {
  recordAction(action: Omit<OperatorAction, 'atMs'>): Promise<void>
  /** The latest first, at most `limit`. */
  operatorActions(range: { readonly sinceMs: number; readonly limit: number }): Promise<readonly OperatorAction[]>
}
