import { readdir, readFile } from 'node:fs/promises'

/** One measurement at one time. */
export interface Sample {
  readonly atMs: number
  readonly value: number
}

/** By how much a value grows in an hour: the slope of the straight line that fits best. Pure; 0 for less than two samples. */
export function growthPerHour(samples: readonly Sample[]): number {
  const [mean, meanAt] = [meanOf(samples.map(({ value }) => value)), meanOf(samples.map(({ atMs }) => atMs))]
  const sum = (of: (sample: Sample) => number) => samples.reduce((total, sample) => total + of(sample), 0)
  const spread = sum(({ atMs }) => (atMs - meanAt) ** 2)
  if (spread === 0) return 0
  return (sum(({ atMs, value }) => (atMs - meanAt) * (value - mean)) / spread) * 3_600_000
}

function meanOf(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0) / Math.max(1, values.length)
}

/** What a process holds. */
export interface Holdings {
  readonly residentMegabytes: number
  readonly openFiles: number
}

/** Undefined for a process that is gone. Linux only. */
export async function holdingsOf(pid: number): Promise<Holdings | undefined> {
  try {
    const [status, files] = await Promise.all([readFile(`/proc/${pid}/status`, 'utf8'), readdir(`/proc/${pid}/fd`)])
    const kilobytes = Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0)
    return { residentMegabytes: kilobytes / 1024, openFiles: files.length }
  } catch {
    return undefined
  }
}
