import type { FaultReport, FaultRun, FaultTest } from '../faults/fault-test.ts'
import { cleanPrototype, firstFinding, plantedBugs } from './planted-bugs.ts'
import { fuzz } from './command.ts'
import type { Finding } from './webhook-fuzz.ts'

/** The command of the same name with a number of bodies that fits beside the other fault tests. */
export const webhookFuzzFault: FaultTest = {
  name: 'fuzz',
  promise:
    'recorded bodies are damaged and go through signature, parser and planner; none may throw, hang, harm anything or come out unsound',
  run: async ({ scale, seed, say }: FaultRun) => {
    const bodies = scale === 'full' ? 1_000_000 : 20_000
    return reportOf(bodies, fuzz({ first: seed, bodies, say }))
  },
  control: {
    without: 'one of the checks at a time',
    run: async ({ say }) => reportOf(plantedBugs.length, plantedFindings(say)),
  },
}

/** Nothing unless each planted bug is seen. */
function plantedFindings(say: FaultRun['say']): readonly Finding[] {
  const found = plantedBugs.flatMap(({ title, parser }) => {
    const finding = firstFinding(parser)
    cleanPrototype()
    say(`  ${title}: ${finding === undefined ? 'not seen' : `seed ${finding.seed}: ${finding.what}`}`)
    return finding ?? []
  })
  return found.length === plantedBugs.length ? found : []
}

function reportOf(bodies: number, found: readonly Finding[]): FaultReport {
  return {
    load: `${bodies} bodies`,
    faults: 'bits, lengths, keys, types, depth, numbers, Unicode, prototypes',
    lost: [],
    duplicated: [],
    broken: found.map(({ seed, from, what }) => `--seed ${seed} (${from}): ${what}`),
    worstAnswerMs: null,
  }
}
