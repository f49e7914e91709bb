import type { Random } from '../faults/random.ts'

/** Bytes that are hard on decoders and parsers when they stand in the wrong place. */
const stray = ['\0', '\uFEFF', '{', '[', '"', '\\', '\\u0000', '\\ud800', '"__proto__":{"a":1},', '1e999', ',', '\r\n']
  .map((text) => Buffer.from(text))
  .concat(
    [0x80, 0xff].map((byte) => Buffer.from([byte])),
    Buffer.from([0xed, 0xa0, 0x80]),
    Buffer.from([0xc0, 0xaf]),
  )

/** The same bytes, damaged as a line or an attacker would. */
export function mutateBytes(bytes: Buffer, random: Random): Buffer {
  return random.pick([flipBits, truncate, repeatSlice, dropSlice, insert, burrow] as const)(bytes, random)
}

function flipBits(bytes: Buffer, random: Random): Buffer {
  const flipped = Buffer.from(bytes)
  if (flipped.length === 0) return flipped
  for (let left = random.between(1, 8); left > 0; left -= 1) {
    const at = random.between(0, flipped.length - 1)
    flipped[at] = (flipped[at] ?? 0) ^ (1 << random.between(0, 7))
  }
  return flipped
}

function truncate(bytes: Buffer, random: Random): Buffer {
  return bytes.subarray(0, random.between(0, bytes.length))
}

function repeatSlice(bytes: Buffer, random: Random): Buffer {
  const [from, to] = span(bytes, random)
  const slice = bytes.subarray(from, Math.min(to, from + 500))
  const copies = Array.from({ length: random.between(1, 20) }, () => slice)
  return Buffer.concat([bytes.subarray(0, to), ...copies, bytes.subarray(to)])
}

function dropSlice(bytes: Buffer, random: Random): Buffer {
  const [from, to] = span(bytes, random)
  return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)])
}

function insert(bytes: Buffer, random: Random): Buffer {
  const at = random.between(0, bytes.length)
  const [first = Buffer.alloc(1), ...others] = stray
  return Buffer.concat([bytes.subarray(0, at), random.pick([first, ...others]), bytes.subarray(at)])
}

/** The whole body as the innermost of many levels. */
function burrow(bytes: Buffer, random: Random): Buffer {
  const levels = random.pick([10, 70, 70, 5000])
  return Buffer.concat([Buffer.from('{"a":'.repeat(levels)), bytes, Buffer.from('}'.repeat(levels))])
}

function span(bytes: Buffer, random: Random): readonly [from: number, to: number] {
  const ends = [random.between(0, bytes.length), random.between(0, bytes.length)]
  return [Math.min(...ends), Math.max(...ends)]
}
