import type { Request } from 'express'

/** Who may do what, each role also what those before it may: look; act and see addresses; decide over the shops' heads. */
export const roles = ['viewer', 'operator', 'admin'] as const
export type Role = (typeof roles)[number]

/** Somebody who is logged in. */
export interface Visitor {
  /** As the records of what was done name them. */
  readonly name: string
  readonly role: Role
}

/** Whether somebody may do what asks for at least this role. */
export function mayAct({ role }: Pick<Visitor, 'role'>, least: Role): boolean {
  return roles.indexOf(role) >= roles.indexOf(least)
}

const visitors = new WeakMap<Request, Visitor>()

/** Keeps who sent a request, for as long as it lasts. */
export function nameVisitor(request: Request, visitor: Visitor): void {
  visitors.set(request, visitor)
}

/** Who sent a request. @throws if nobody was asked: below `requireSession` somebody always was. */
export function visitorOf(request: Request): Visitor {
  const visitor = visitors.get(request)
  if (visitor === undefined) throw new Error('this request was not asked for a session')
  return visitor
}
