/** The middle of some numbers; of an even count, the mean of the two in the middle. @throws RangeError if there is none. */
export function median(numbers: readonly number[]): number {
  const sorted = ascending(numbers)
  const middle = sorted.length / 2
  return (at(sorted, Math.ceil(middle) - 1) + at(sorted, Math.floor(middle))) / 2
}

/**
 * The smallest of some numbers that at least `share` of them do not exceed: 0.99 gives p99.
 *
 * @throws RangeError if there is none.
 */
export function quantile(numbers: readonly number[], share: number): number {
  const sorted = ascending(numbers)
  return at(sorted, Math.max(0, Math.ceil(share * sorted.length) - 1))
}

function ascending(numbers: readonly number[]): readonly number[] {
  return numbers.toSorted((one, other) => one - other)
}

function at(numbers: readonly number[], index: number): number {
  const number = numbers[index]
  if (number === undefined) throw new RangeError('there are no numbers')
  return number
}
