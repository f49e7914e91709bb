import { setTimeout as pause } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import type { SystemProcesses } from '../e2e/processes.ts'
import { growthPerHour, holdingsOf, type Sample } from './slopes.ts'

const lookEveryMs = 10_000
const mostMoreFiles = 20
/** A shorter life says nothing of what swells: memory goes up and down by more. */
const judgedFromMs = 1_800_000
const mostGrowthMegabytes = 20

/** Whether to go on. */
export interface Ended {
  readonly isOver: boolean
}

/** Series of samples by name; a process that was started anew begins another series. */
export interface Seen {
  readonly memory: Map<string, Sample[]>
  readonly files: Map<string, Sample[]>
}

/** Looks at processes and Redis until told. */
export async function followHoldings(system: SystemProcesses, redis: Redis, ended: Ended): Promise<Seen> {
  const seen: Seen = { memory: new Map(), files: new Map() }
  while (!ended.isOver) {
    await pause(lookEveryMs)
    for (const [name, { child }] of Object.entries(system.processes)) {
      const held = await holdingsOf(child().pid)
      if (held === undefined) continue
      add(seen.memory, `${name} ${child().pid}`, held.residentMegabytes)
      add(seen.files, `${name} ${child().pid}`, held.openFiles)
    }
    const info = await redis.info('memory').catch(() => '')
    const bytes = /^used_memory:(\d+)/m.exec(info)?.[1]
    if (bytes !== undefined) add(seen.memory, 'redis', Number(bytes) / 1_048_576)
  }
  return seen
}

function add(series: Map<string, Sample[]>, name: string, value: number): void {
  series.set(name, [...(series.get(name) ?? []), { atMs: Date.now(), value }])
}

/** In words, by name; the longest life of each process tells most. */
export function slopesOf({ memory, files }: Seen): Readonly<Record<string, string>> {
  const longest = new Map<string, string>()
  for (const [series, samples] of memory) {
    const [name = ''] = series.split(' ')
    const best = memory.get(longest.get(name) ?? '')?.length ?? 0
    if (samples.length > best) longest.set(name, series)
  }
  return Object.fromEntries(
    [...longest].map(([name, series]) => {
      const samples = memory.get(series) ?? []
      const open = files.get(series)
      const filesNow =
        open === undefined ? '' : `, ${open[0]?.value ?? 0} files at first, ${open.at(-1)?.value ?? 0} at last`
      const slope = isLong(samples) ? `${slopeOf(samples).toFixed(1)} MB/h` : 'too short a life for a slope'
      return [name, `${(samples.at(-1)?.value ?? 0).toFixed(0)} MB, ${slope}${filesNow}`]
    }),
  )
}

/** A sentence for each that swelled. */
export function thatGrew(seen: Seen): readonly string[] {
  return [...filesThatGrew(seen), ...memoryThatGrew(seen)]
}

function filesThatGrew({ files }: Seen): readonly string[] {
  return [...files].flatMap(([series, samples]) => {
    const [first, last] = [samples[1]?.value ?? 0, samples.at(-1)?.value ?? 0]
    return samples.length > 3 && last > first + mostMoreFiles ? [`${series}: ${first} open files became ${last}`] : []
  })
}

/** Redis keeps every order that there ever was, so it is shown and not judged. */
function memoryThatGrew({ memory }: Seen): readonly string[] {
  return [...memory].flatMap(([series, samples]) => {
    const grown = (slopeOf(samples) * lifeMsOf(samples)) / 3_600_000
    const isJudged = series !== 'redis' && isLong(samples)
    return isJudged && grown > mostGrowthMegabytes ? [`${series}: it swelled by ${grown.toFixed(0)} MB`] : []
  })
}

/** The first third of a life, in which caches fill, is left out. */
function slopeOf(samples: readonly Sample[]): number {
  return growthPerHour(samples.slice(Math.floor(samples.length / 3)))
}

function lifeMsOf(samples: readonly Sample[]): number {
  return (samples.at(-1)?.atMs ?? 0) - (samples[0]?.atMs ?? 0)
}

function isLong(samples: readonly Sample[]): boolean {
  return lifeMsOf(samples) >= judgedFromMs
}
