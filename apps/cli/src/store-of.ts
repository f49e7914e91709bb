import { loadConfig, loadSettings, Settings, StartError } from '@seatkeeper/service'
import { StoreEntry } from '@seatkeeper/woocommerce'
import { z } from 'zod'
import type { Surroundings } from './program.ts'

const Stores = z.object({ stores: z.array(StoreEntry).min(1).describe('the shops that send webhooks') })

/** One store's whole entry of `seatkeeper.yaml`. @throws StartError naming the stores there are, for a name that is none of them. */
export function storeOf({ env }: Surroundings, name: string): StoreEntry {
  const { SEATKEEPER_CONFIG: file } = loadSettings(Settings.pick({ SEATKEEPER_CONFIG: true }), env)
  const { stores } = loadConfig(Stores, { file, env })
  const store = stores.find(({ id }) => id === name)
  if (store === undefined) {
    throw new StartError(
      `No store ${name} is configured in ${file}; there are ${stores.map(({ id }) => id).join(', ')}.`,
    )
  }
  return store
}
