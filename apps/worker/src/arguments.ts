import { StartError } from '@seatkeeper/service'
import { Command, InvalidArgumentError } from 'commander'
import { Role, type WorkerConfig } from './config.ts'

/** What a worker is told on its command line. */
export interface WorkerArguments {
  readonly roles: readonly Role[]
  readonly concurrency: number
  /** Names of LMSs and stores; all that are configured where not given. */
  readonly lms?: readonly string[]
  readonly stores?: readonly string[]
}

/** Reads `process.argv`. Prints help or one sentence of complaint, and ends the process, where there is nothing to run. */
export function readArguments(argv: readonly string[]): WorkerArguments {
  return new Command('worker')
    .description('Settles seats at LMSs and reads orders at shops, woken by Redis queues.')
    .option('--roles <list>', `what to do, comma separated: ${Role.options.join(', ')}`, readRoles, Role.options)
    .option('--lms <list>', 'only these LMSs, comma separated', readNames)
    .option('--stores <list>', 'only these stores, comma separated', readNames)
    .option('--concurrency <jobs>', 'jobs at a time in each lane', readConcurrency, 10)
    .addHelpText(
      'after',
      '\nEnvironment: SEATKEEPER_CONFIG, REDIS_URL, HOST, HEALTH_PORT, LOG_LEVEL, REDIS_APPENDFSYNC, REDIS_ACCEPTED, REDIS_REPLICAS, OTEL_….',
    )
    .parse([...argv])
    .opts<WorkerArguments>()
}

/** Leaves of a configuration what the command line names. @throws StartError for a name that is not configured. */
export function narrow(config: WorkerConfig, { lms, stores }: Pick<WorkerArguments, 'lms' | 'stores'>): WorkerConfig {
  return { ...config, lms: chosen('LMS', config.lms, lms), stores: chosen('store', config.stores, stores) }
}

function chosen<Entry extends { readonly id: string }>(
  what: string,
  entries: readonly Entry[],
  names?: readonly string[],
): Entry[] {
  const unknown = names?.find((name) => !entries.some(({ id }) => id === name))
  if (unknown !== undefined) throw new StartError(`No ${what} named ${unknown} is configured for these roles.`)
  return entries.filter(({ id }) => names?.includes(id) ?? true)
}

function readNames(text: string): readonly string[] {
  return text.split(',').map((name) => name.trim())
}

function readRoles(text: string): readonly Role[] {
  return readNames(text).map((name) => {
    const role = Role.safeParse(name)
    if (!role.success) throw new InvalidArgumentError(`There is no role ${name}; there are ${Role.options.join(', ')}.`)
    return role.data
  })
}

function readConcurrency(text: string): number {
  const jobs = Number(text)
  if (!Number.isInteger(jobs) || jobs < 1 || jobs > 200)
    throw new InvalidArgumentError('Give a whole number from 1 to 200.')
  return jobs
}
