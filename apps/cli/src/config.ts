import { objectionsTo } from '@seatkeeper/core'
import { LedgerConfig } from '@seatkeeper/ledger'
import { LmsConfig } from '@seatkeeper/openedx'
import { configInFull, configText, loadConfig, loadSettings, Settings } from '@seatkeeper/service'
import { StoreEntry } from '@seatkeeper/woocommerce'
import { Command } from 'commander'
import { z } from 'zod'
import type { Surroundings } from './program.ts'

/** The whole of `seatkeeper.yaml`, every field known: a misspelt one is a problem. */
export const WholeConfig = z
  .strictObject({
    stores: z.array(StoreEntry).min(1).describe('the shops that send webhooks'),
    lms: z.array(LmsConfig).min(1).describe('the Open edX LMSs that hold the enrolments'),
    ...LedgerConfig.shape,
  })
  .superRefine((site, context) => {
    for (const { path, message } of objectionsTo(site)) context.addIssue({ code: 'custom', path: [...path], message })
  })

/** `seatkeeper config`: what is wrong with the configuration, and what it comes to. */
export function configCommand({ env, print }: Surroundings): Command {
  const command = new Command('config').description('the configuration file')
  const source = () => ({ file: loadSettings(Settings.pick({ SEATKEEPER_CONFIG: true }), env).SEATKEEPER_CONFIG, env })
  command
    .command('check')
    .description('read the whole file, secrets included, and name every problem at once')
    .option('--json', 'for programs')
    .action(({ json }: { json?: true }) => {
      const { stores, lms } = loadConfig(WholeConfig, source())
      const found = { stores: stores.map(({ id }) => id), lms: lms.map(({ id }) => id) }
      const text = `${source().file} is well: stores ${found.stores.join(', ')}; LMSs ${found.lms.join(', ')}.`
      print(json ? JSON.stringify(found) : text)
    })
  command
    .command('print')
    .description('the whole file as it counts: defaults filled in, variables and files read, secrets masked')
    .option('--json', 'for programs')
    .action(({ json }: { json?: true }) => {
      const config = configInFull(WholeConfig, source())
      print(json ? JSON.stringify(config, null, 2) : configText(config))
    })
  return command
}
