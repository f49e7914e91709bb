/** Cents of an amount as shops write it: `129.5`, `"129.50"`. Half cents round up. */
export function centsOf(amount: number | string): number {
  const value = Number(amount)
  if (!Number.isFinite(value)) throw new RangeError('an amount of money is not a number')
  return Math.round(value * 100)
}

/** An amount as the REST API writes it: a string with two decimals, whatever the currency. */
export function decimals(cents: number): string {
  return (cents / 100).toFixed(2)
}
