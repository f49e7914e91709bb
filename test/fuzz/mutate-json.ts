import type { Random } from '../faults/random.ts'
import { hostileKey, hostileValue, withKey } from './hostile-values.ts'

/** One place in a JSON value: the list or object it stands in, and its index or key there. */
interface Place {
  readonly parent: object
  readonly key: string
}

/** A JSON value with one to four things changed that a parser could stumble over; the value given stays as it is. */
export function mutateJson(value: unknown, random: Random): string {
  const root = { value: structuredClone(value) }
  for (let left = random.between(1, 4); left > 0; left -= 1) random.pick(changes)(somewhereIn(root, random), random)
  return random.next() < 0.2 ? withTwin(JSON.stringify(root.value), random) : (JSON.stringify(root.value) ?? '')
}

const changes: readonly [Change, ...Change[]] = [
  ({ parent, key }, random) => void withKey(parent, key, hostileValue(random)),
  ({ parent, key }, random) => void withKey(parent, key, swapType(Reflect.get(parent, key), random)),
  ({ parent, key }) => void Reflect.deleteProperty(parent, key),
  ({ parent, key }, random) => void withKey(parent, hostileKey(random), Reflect.get(parent, key)),
  ({ parent }, random) => void withKey(parent, hostileKey(random), hostileValue(random)),
  ({ parent, key }, random) => multiply(Reflect.get(parent, key), random.pick([1, 2, 3, 30])),
  ({ parent, key }, random) => void withKey(parent, key, scale(Reflect.get(parent, key), random)),
]
type Change = (place: Place, random: Random) => void

/** Down from the top, one step after the other, and at each a chance to stop. */
function somewhereIn(root: object, random: Random): Place {
  let place: Place = { parent: root, key: 'value' }
  for (;;) {
    const inner: unknown = Reflect.get(place.parent, place.key)
    const keys = typeof inner === 'object' && inner !== null ? Object.keys(inner) : []
    if (typeof inner !== 'object' || inner === null || keys.length === 0 || random.next() < 0.2) return place
    place = { parent: inner, key: keys[random.between(0, keys.length - 1)] ?? '' }
  }
}

/** The same thing said in another type. */
function swapType(value: unknown, random: Random): unknown {
  const text = JSON.stringify(value)
  const others: readonly [unknown, ...unknown[]] = [text, Number(text) || 0, [value], { value }, value === null, null]
  return random.pick(others)
}

function multiply(value: unknown, times: number): void {
  if (!Array.isArray(value) || value.length > 50) return
  for (const copy of Array.from({ length: times }, () => structuredClone(value))) value.push(...copy)
}

function scale(value: unknown, random: Random): unknown {
  return typeof value === 'number' ? value * random.pick([-1, 0.5, 1000, 1e15]) : value
}

/** The same text in which one object has a key twice. */
function withTwin(text: string | undefined, random: Random): string {
  const braces = [...(text ?? '').matchAll(/\{"([^"\\]{0,40})":/g)]
  const [first, ...others] = braces
  if (text === undefined || first === undefined) return text ?? ''
  const { index, 1: key = '' } = random.pick([first, ...others])
  const twin = JSON.stringify(hostileValue(random)) ?? 'null'
  return `${text.slice(0, index + 1)}"${key}":${twin},${text.slice(index + 1)}`
}
