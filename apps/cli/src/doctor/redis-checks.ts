import { checkRedisSafety, type RedisDemands } from '@seatkeeper/service'
import { ok, type Check, type Verdict } from './finding.ts'

type Redis = Parameters<typeof checkRedisSafety>[0]

/** Whether Redis may be trusted with paid seats. */
export function redisChecks(redis: Redis, demands: RedisDemands): readonly Check[] {
  return [{ subject: 'redis', name: 'safety', run: () => checkSafety(redis, demands) }]
}

async function checkSafety(redis: Redis, demands: RedisDemands): Promise<readonly Verdict[]> {
  const found = await checkRedisSafety(redis, demands)
  if (found.length === 0) return [ok('It keeps what it confirms, deletes nothing and agrees on the time.')]
  return found.map(({ code, level, sentence }) => {
    const isAccepted = level !== 'unsafe' || demands.accepted?.includes(code) === true
    const [what = '', fix = ''] = sentence.split('; ')
    return { state: isAccepted ? 'warning' : 'wrong', what: `${code}: ${what}.`, fix: capital(fix) }
  })
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
