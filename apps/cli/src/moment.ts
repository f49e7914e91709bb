import { InvalidArgumentError } from 'commander'

const unitsMs = { m: 60_000, h: 3_600_000, d: 86_400_000 }

/** Reads `2d`, `6h` or `30m` as that long before now, and a date or time as it stands (UTC unless it says otherwise). */
export function readMoment(text: string, nowMs: number): number {
  const [, count, unit] = /^(\d{1,4})([mhd])$/.exec(text) ?? []
  if (count !== undefined && (unit === 'm' || unit === 'h' || unit === 'd'))
    return nowMs - Number(count) * unitsMs[unit]
  const atMs = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(atMs))
    throw new InvalidArgumentError('Give a time like 2d, 6h, 30m, 2026-11-21 or 2026-11-21T18:00:00Z.')
  return atMs
}
