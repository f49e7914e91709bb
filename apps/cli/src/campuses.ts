import type { LmsId } from '@seatkeeper/core'
import type { SoughtLms } from '@seatkeeper/fulfilment'
import type { RedisLedger } from '@seatkeeper/ledger'
import { createOpenedx, LmsConfig } from '@seatkeeper/openedx'
import { loadConfig, loadSettings, Settings, StartError } from '@seatkeeper/service'
import { z } from 'zod'
import { patientLms } from './patience.ts'
import type { Surroundings } from './program.ts'

const Campuses = z.object({ lms: z.array(LmsConfig).min(1).describe('the Open edX LMSs that hold the enrolments') })

/** The LMSs of `seatkeeper.yaml`, by name. @throws StartError naming those there are, for a name that is none of them. */
export function campusesOf(
  { env }: Surroundings,
  ledger: Pick<RedisLedger, 'tokens' | 'callBudget'>,
): (lms: LmsId) => SoughtLms {
  const { SEATKEEPER_CONFIG: file } = loadSettings(Settings.pick({ SEATKEEPER_CONFIG: true }), env)
  const { lms: configs } = loadConfig(Campuses, { file, env })
  const campuses = new Map(
    configs.map((config) => {
      const { id, callsPerMinute } = config
      const tokens = (clientId: string) => ledger.tokens(id, clientId)
      const lms = patientLms(createOpenedx(config, { tokens, budget: ledger.callBudget(id, callsPerMinute) }))
      return [id, { lms, policy: config }] as const
    }),
  )
  return (id) => {
    const campus = campuses.get(id)
    if (campus === undefined)
      throw new StartError(`No LMS ${id} is configured in ${file}; there are ${[...campuses.keys()].join(', ')}.`)
    return campus
  }
}
