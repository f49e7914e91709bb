import { CourseKey, uncountedCalls, type CallBudget, type CourseItem, type LmsId } from '@seatkeeper/core'
import { createLedger } from '@seatkeeper/ledger'
import { createOpenedx, memoryTokenCache } from '@seatkeeper/openedx'
import { bullPrefix, createAttendance } from '@seatkeeper/queue'
import {
  closeRedis,
  ConfigError,
  connectRedis,
  createLogger,
  loadConfig,
  loadSettings,
  redisDemands,
  Settings,
  untilRedisReady,
} from '@seatkeeper/service'
import { createWooStore, policyOf } from '@seatkeeper/woocommerce'
import { Command } from 'commander'
import type { z } from 'zod'
import { WholeConfig } from './config.ts'
import { erasureCheck } from './doctor/erasure-check.ts'
import { examine } from './doctor/examine.ts'
import { ok, wrong, type Check, type Finding, type State, type Verdict } from './doctor/finding.ts'
import { laneChecks } from './doctor/lane-checks.ts'
import { lmsChecks } from './doctor/lms-checks.ts'
import { redisChecks } from './doctor/redis-checks.ts'
import { shopChecks } from './doctor/shop-checks.ts'
import type { Surroundings } from './program.ts'
import { sellingCampuses } from './selling-campuses.ts'
import { table } from './table.ts'

type Config = Pick<z.output<typeof WholeConfig>, 'stores' | 'lms' | 'erasure'>

const limitMs = 20_000

/** `seatkeeper doctor`: looks at everything around us and says what to mend. */
export function doctorCommand(surroundings: Surroundings): Command {
  return new Command('doctor')
    .description('look at configuration, Redis, workers, LMSs and shops, and say what to mend; changes nothing')
    .option('--json', 'for programs: a list of findings')
    .addHelpText(
      'after',
      '\nExit codes: 0 nothing is wrong (there may be warnings), 1 something is wrong, 3 something could not be found out.',
    )
    .action(({ json }: { json?: true }) => doctor(surroundings, json === true))
}

async function doctor(surroundings: Surroundings, asJson: boolean): Promise<void> {
  const { print, endWith } = surroundings
  const found = await lookAtAll(surroundings)
  print(asJson ? JSON.stringify(found, null, 2) : asText(found))
  endWith(exitCodeOf(found))
}

async function lookAtAll({ env, progress }: Surroundings): Promise<readonly Finding[]> {
  const settings = loadSettings(Settings, env)
  const redis = connectRedis(settings.REDIS_URL, 'worker', createLogger('silent'))
  const attendance = createAttendance({ connection: redis, prefix: bullPrefix })
  try {
    const isUp = await untilRedisReady(redis, 5000).then(
      () => true,
      () => false,
    )
    const config = readConfig(settings.SEATKEEPER_CONFIG, env)
    const site = 'stores' in config ? config : { stores: [], lms: [], erasure: { keys: [] } }
    const ledger = createLedger(redis, undefined, { erasureKeys: site.erasure.keys })
    const checks = [
      ...('stores' in config ? [configured(config), ...(isUp ? [erasureCheck(ledger)] : [])] : [config]),
      ...(isUp ? [...redisChecks(redis, redisDemands(settings)), ...laneChecks(attendance, site)] : [redisIsAway]),
      ...aroundUs(site, isUp ? ledger.callBudget : () => uncountedCalls),
    ]
    return await examine(checks, { limitMs, onDone: (done) => progress(`${done} of ${checks.length} looked at`) })
  } finally {
    await attendance.close()
    await closeRedis(redis)
  }
}

/** The whole configuration, or the check that says what is wrong with it. */
function readConfig(file: string, env: Surroundings['env']): Config | Check {
  try {
    return loadConfig(WholeConfig, { file, env })
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return fixed(
      'configuration',
      'settings',
      wrong(error.message, 'Correct it; docs/configuration.md has every setting.'),
    )
  }
}

function configured({ stores, lms }: Config): Check {
  return fixed('configuration', 'settings', ok(`${stores.length} stores and ${lms.length} LMSs are configured.`))
}

const redisIsAway = fixed(
  'redis',
  'reachable',
  wrong('Redis does not answer, so workers cannot be seen either.', 'Start Redis, or correct REDIS_URL.'),
)

function fixed(subject: string, name: string, verdict: Verdict): Check {
  return { subject, name, run: () => Promise.resolve([verdict]) }
}

function aroundUs(
  { stores, lms }: Pick<Config, 'stores' | 'lms'>,
  budgetOf: (lms: LmsId, callsPerMinute: number) => CallBudget,
): readonly Check[] {
  const campusOf = sellingCampuses(lms)
  const named = stores.flatMap(itemsNamedBy)
  return [
    ...lms.flatMap((config) => {
      const { id, url, callsPerMinute } = config
      const tools = { tokens: () => memoryTokenCache(), budget: budgetOf(id, callsPerMinute) }
      const items = named.filter((item) => item.lms === id)
      return lmsChecks({ id, url, lms: createOpenedx(config, tools), items, campusOf })
    }),
    ...stores.flatMap((config) => shopChecks({ config, store: createWooStore(config) })),
  ]
}

/** The course runs that a store's rules and aliases name, each once. */
function itemsNamedBy(store: Config['stores'][number]): readonly CourseItem[] {
  const { aliases, rules, lms, modes, mode } = policyOf(store).catalogue
  const modeAt = (id: LmsId) => modes.get(id) ?? mode
  const ofAliases = [...aliases.values()].map((course) => ({ lms, course, mode: modeAt(lms) }))
  const ofRules = rules.flatMap(({ items }) =>
    items.map((item) => {
      const at = item.lms ?? lms
      const course = aliases.get(item.course) ?? CourseKey.parse(item.course)
      return { lms: at, course, mode: item.mode ?? modeAt(at) }
    }),
  )
  return [...new Map([...ofAliases, ...ofRules].map((item) => [Object.values(item).join(' '), item])).values()]
}

const worstFirst: readonly State[] = ['wrong', 'unknown', 'warning', 'ok']

function exitCodeOf(found: readonly Finding[]): number {
  if (found.some(({ state }) => state === 'wrong')) return 1
  return found.some(({ state }) => state === 'unknown') ? 3 : 0
}

function asText(found: readonly Finding[]): string {
  const ordered = found.toSorted((one, other) => worstFirst.indexOf(one.state) - worstFirst.indexOf(other.state))
  const rows = ordered.map(({ state, subject, check, what }) => [state, subject, check, what])
  const fixes = ordered.filter(({ fix }) => fix !== '').map(({ subject, check, fix }) => `${subject}, ${check}: ${fix}`)
  const counts = worstFirst.map((state) => `${found.filter((finding) => finding.state === state).length} ${state}`)
  return [table(['state', 'about', 'check', 'what'], rows), ...new Set(fixes), `${counts.join(', ')}.`].join('\n\n')
}
