import type { DeadFilter } from '@seatkeeper/core'

/** What a decision about dead items was about, for the operator log: a name, or what they have in common. Pure. */
export function subjectOf({ items, ...common }: DeadFilter): string {
  if (items !== undefined) return items.length > mostNamed ? `${items.length} items by name` : items.join(' ')
  const { sinceMs, ...names } = common
  const words = Object.entries(names).flatMap(([name, value]) => (value === undefined ? [] : [`${name} ${value}`]))
  const since = sinceMs === undefined ? [] : [`since ${new Date(sinceMs).toISOString()}`]
  return [...words, ...since].join(', ') || 'all dead letters'
}

const mostNamed = 5
