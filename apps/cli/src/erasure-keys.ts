import { LedgerConfig } from '@seatkeeper/ledger'
import { loadConfig, loadSettings, Settings } from '@seatkeeper/service'
import type { Surroundings } from './program.ts'

/** What erased learners are remembered under, as `seatkeeper.yaml` has it. */
export function erasureKeysOf({ env }: Pick<Surroundings, 'env'>): readonly string[] {
  const { SEATKEEPER_CONFIG: file } = loadSettings(Settings.pick({ SEATKEEPER_CONFIG: true }), env)
  return loadConfig(LedgerConfig, { file, env }).erasure.keys
}
