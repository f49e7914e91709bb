import { roles, type Role } from './visitor.ts'

/** What an identity provider says of somebody. */
export type Claims = Readonly<Record<string, unknown>>

/** Conditions such as `groups=seatkeeper-admins`, any of which gives a role. */
export type RoleRules = Readonly<Record<Role, readonly string[]>>

/** The highest role that any claim gives; undefined if none does. */
export function roleOf(claims: Claims, rules: RoleRules): Role | undefined {
  return roles.findLast((role) => rules[role].some((rule) => holds(claims, rule)))
}

/** A claim holds a value if it is it, or a list that has it. True and false are compared as words. */
function holds(claims: Claims, rule: string): boolean {
  const [name = '', ...value] = rule.split('=')
  return [claimOf(claims, name)].flat().some((one) => wordOf(one) === value.join('='))
}

function wordOf(value: unknown): string | undefined {
  if (typeof value === 'boolean') return value ? 'true' : 'false'
  return typeof value === 'string' ? value : undefined
}

/** A name may hold dots itself, as in an address, or lead into a claim: `realm_access.roles`. */
function claimOf(claims: Claims, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name]
  return name.split('.').reduce<unknown>((node, key) => {
    return typeof node === 'object' && node !== null && Object.hasOwn(node, key) ? Reflect.get(node, key) : undefined
  }, claims)
}

/** What somebody is called in records: this claim, or the provider's own id for them. At most 80 characters of one line. */
export function nameOf(claims: Claims, claim: string): string {
  const name = [claims[claim], claims['sub']].map(wordOf).find((word) => word !== undefined && word.trim() !== '')
  return (name ?? 'unknown').replace(/\p{C}/gu, ' ').trim().slice(0, 80)
}
