import { z } from 'zod'

/** An amount as WooCommerce writes it: a decimal string, whatever the currency. */
export const Money = z
  .string()
  .max(40)
  .regex(/^-?\d+(\.\d+)?$/, 'not an amount')

/** Whether some amounts add up to a total, exactly. Nothing reaches a total of zero: a free order is not a refunded one. */
export function reachesTotal(amounts: readonly string[], total: string): boolean {
  const places = Math.max(...[total, ...amounts].map(decimalPlaces))
  const due = scaled(total, places)
  return due > 0n && amounts.reduce((sum, amount) => sum + scaled(amount, places), 0n) >= due
}

function decimalPlaces(amount: string): number {
  return amount.split('.')[1]?.length ?? 0
}

function scaled(amount: string, places: number): bigint {
  const [whole = '', fraction = ''] = amount.split('.')
  return BigInt(whole + fraction.padEnd(places, '0'))
}
