import type { Erasure, TombstoneCount } from '@seatkeeper/core'
import { ok, warning, wrong, type Check, type Verdict } from './finding.ts'

/** Whether learners who were erased are still known to be, under the keys that are configured. */
export function erasureCheck(ledger: Pick<Erasure, 'countTombstones'>): Check {
  const run = async () => [judgeTombstones(await ledger.countTombstones())]
  return { subject: 'configuration', name: 'erasure keys', run }
}

/** Pure. A key that was left behind in a rotation is a warning, keys that have nothing to do with what is there are wrong. */
export function judgeTombstones({ recognised, foreign, unnamed }: TombstoneCount): Verdict {
  const all = recognised + foreign + unnamed
  if (foreign > 0)
    return (recognised === 0 ? wrong : warning)(
      `${foreign} of ${all} erased addresses were hashed with a key that is not configured: the shop’s old orders bring these learners back.`,
      'Put that key back, behind the others, in erasure.keys of every process. If it is lost, erase these learners again.',
    )
  if (unnamed > 0)
    return warning(
      `Of ${unnamed} of ${all} erased addresses it was not noted with which key they were hashed.`,
      'Keep every key that was ever in erasure.keys.',
    )
  return ok(all === 0 ? 'Nobody was erased.' : `The keys in use recognise all ${all} erased addresses.`)
}
