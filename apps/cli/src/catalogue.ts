import { saleVerdicts } from '@seatkeeper/core'
import { checkSales, type SaleFinding } from '@seatkeeper/fulfilment'
import { LmsAddress } from '@seatkeeper/openedx'
import { loadConfig, loadSettings, Settings } from '@seatkeeper/service'
import { createShopProducts, policyOf, StoreConfig } from '@seatkeeper/woocommerce'
import { Command } from 'commander'
import { z } from 'zod'
import { inOneSentence } from './one-sentence.ts'
import type { Surroundings } from './program.ts'
import { sellingCampuses } from './selling-campuses.ts'
import { storeOf } from './store-of.ts'
import { table } from './table.ts'

interface Arguments {
  readonly store?: string
  readonly json?: true
}

const Sellers = z.object({
  stores: z.array(StoreConfig).min(1).describe('the shops that send webhooks'),
  lms: z.array(LmsAddress).min(1).describe('the Open edX LMSs that hold the enrolments'),
})

/** `seatkeeper catalogue`: whether what the shops sell can be given. */
export function catalogueCommand(surroundings: Surroundings): Command {
  const command = new Command('catalogue').description('what the shops sell')
  command
    .command('check')
    .description('compare every product with the LMS before anybody buys it; changes nothing')
    .option('--store <name>', 'this store alone')
    .option('--json', 'for programs: one object a line')
    .addHelpText(
      'after',
      '\nExit codes: 0 all can be given, 1 something sold cannot, 3 the LMS did not tell of something.',
    )
    .action((options: Arguments) => check(surroundings, options))
  return command
}

/** An LMS allows 40 questions a minute, so a large catalogue takes a while. */
const longestMs = 3_600_000

async function check(surroundings: Surroundings, { store: name, json }: Arguments): Promise<void> {
  const { env, print, progress, endWith } = surroundings
  if (name !== undefined) storeOf(surroundings, name)
  const { SEATKEEPER_CONFIG: file } = loadSettings(Settings.pick({ SEATKEEPER_CONFIG: true }), env)
  const { stores, lms } = loadConfig(Sellers, { file, env })
  const campusOf = sellingCampuses(lms)
  const signal = AbortSignal.timeout(longestMs)
  const found: SaleFinding[] = []
  for (const config of stores.filter(({ id }) => name === undefined || id === name)) {
    const { catalogue } = policyOf(config)
    const parts = { store: config.id, shop: createShopProducts(config), catalogue, campusOf, nowMs: Date.now() }
    await inOneSentence(async () => {
      for await (const finding of checkSales(parts, signal)) {
        found.push(finding)
        progress(`${found.length} looked at`)
        if (json) print(JSON.stringify({ ...finding, ...saleVerdicts[finding.code] }))
      }
    })
  }
  if (!json) print(asText(found))
  endWith(exitCodeOf(found))
}

function exitCodeOf(found: readonly SaleFinding[]): number {
  const states = new Set(found.map(({ code }) => saleVerdicts[code].state))
  if (states.has('wrong')) return 1
  return states.has('unknown') ? 3 : 0
}

function asText(found: readonly SaleFinding[]): string {
  const unwell = found.filter(({ code }) => saleVerdicts[code].state !== 'ok')
  const sum = `${found.length - unwell.length} of ${found.length} course runs on sale can be given.`
  if (unwell.length === 0) return found.length === 0 ? 'No product names a course run.' : sum
  const rows = unwell.map(({ store, product, variation, name, item, code }) => [
    saleVerdicts[code].state,
    `${store} ${variation === '0' ? product : `${product}/${variation}`}`,
    name.slice(0, 40),
    item === null ? '–' : `${item.course} ${item.mode}`,
    code,
  ])
  const fixes = [...new Set(unwell.map(({ code }) => code))].map(
    (code) => `${code}: ${saleVerdicts[code].what} ${saleVerdicts[code].fix}`,
  )
  return [table(['state', 'product', 'name', 'course and mode', 'what'], rows), ...fixes, sum].join('\n\n')
}
