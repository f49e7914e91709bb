import type { Random } from '../faults/random.ts'

/** Names under which careless code reaches what all objects share. */
const prototypeKeys = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty'] as const

const numbers = [0, -0, -1, 1.5, 1e-7, 1e21, 1e308, -1e308, 2 ** 31, 2 ** 53, 2 ** 53 - 1, 99_999, 100_001] as const

const texts = [
  '',
  ' ',
  '0',
  '-1',
  'NaN',
  '1e400',
  '49.00',
  '\u0000',
  '\uD800',
  '\uFEFF',
  '\u202Eevil',
  'İ',
  'ﬀ@ﬀ.ﬀ',
  '🧑‍🚀'.repeat(50),
  'e\u0301'.repeat(200),
  'a@b\r\nBcc: x@example.org',
  '"quoted local"@example.org',
  'USER@BÜCHER.EXAMPLE',
  `${'a'.repeat(5000)}@example.org`,
  `${'a.'.repeat(2500)}@${'b.'.repeat(2500)}`,
  'course-v1:DemoU+CS101+2026',
  'course-v1:..+..+..',
  'course-v1:A+B+%2e%2e',
  '../..',
  '2026-13-45T99:99:99',
  '2026-02-30T00:00:00',
  'wc-processing',
  'trash',
  '<script>alert(1)</script>',
  "'; DROP TABLE orders; --",
  'x'.repeat(2000),
] as const

/** A value that no shop means. */
export function hostileValue(random: Random): unknown {
  const kinds = [
    () => random.pick(numbers),
    () => random.pick(texts),
    () => random.pick([null, true, false]),
    () => random.pick([[], {}, [[]], [null], { '': '' }]),
    () => nested(random.pick([10, 61, 62, 63, 64, 200])),
    () => withKey({}, random.pick(prototypeKeys), { polluted: true }),
  ] as const
  return random.pick(kinds)()
}

export function hostileKey(random: Random): string {
  return random.pick([...prototypeKeys, '', 'id', 'status', 'line_items', 'refunds', 'meta_data', 'key', 'value'])
}

/** Sets a key as JSON.parse would: `__proto__` becomes a field of its own and nobody's prototype. */
export function withKey<Target extends object>(target: Target, key: string, value: unknown): Target {
  return Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true })
}

function nested(levels: number): unknown {
  let value: unknown = 1
  for (let level = 0; level < levels; level += 1) value = level % 2 === 0 ? [value] : { inner: value }
  return value
}
