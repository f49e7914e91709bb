import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { inspect } from 'node:util'
import { isFailureCode, JobFailure, toFailure } from '@seatkeeper/core'
import { seeded, type Random } from '../faults/random.ts'
import type { Side } from './answers.ts'
import { mutateBytes } from './mutate-bytes.ts'
import { mutateJson } from './mutate-json.ts'

/** Something that must not come of an answer, and the seed that makes it again. */
export interface AnswerFinding {
  readonly seed: number
  readonly question: string
  readonly what: string
}

/** Asks a side that lies in one answer of each seed, and gives what must not come of that. */
export interface AnswerFuzz {
  ask(seed: number): Promise<readonly AnswerFinding[]>
  close(): Promise<void>
}

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

/** Statuses that our two sides use, most of them for refusals that are told apart by their bodies. */
const statuses = [200, 200, 200, 200, 200, 200, 200, 200, 201, 400, 401, 403, 404, 406, 409, 429, 500] as const
const inJson = 'application/json'
const mediaTypes = [inJson, inJson, inJson, inJson, `${inJson}; charset=latin1`, 'text/html', ''] as const

export async function startAnswerFuzz(side: Side): Promise<AnswerFuzz> {
  let random = seeded(0)
  let truthsLeft = 0
  const server = createServer((request, response) => {
    request.resume()
    const truth = truthOf(side, request)
    const { status, headers, body } = truthsLeft-- === 0 ? lieOf(truth, secretsToldTo(side, request), random) : truth
    response.writeHead(status, headers).end(body)
  })
  const url = await listen(server)
  return {
    ask: async (seed) => {
      random = seeded(seed)
      truthsLeft = random.between(0, 1)
      const [first, ...others] = Object.entries(side.questions(url))
      if (first === undefined) throw new RangeError('nothing is asked')
      const [question, ask] = random.pick([first, ...others])
      const found = await objectionsTo(side, ask(AbortSignal.timeout(20_000)))
      server.closeIdleConnections()
      return found.map((what) => ({ seed, question, what }))
    },
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function truthOf({ answers }: Side, { url = '' }: IncomingMessage): Answer {
  const json = answers.find(([address]) => address.test(url))?.[1]
  return { status: 200, headers: { 'content-type': 'application/json' }, body: Buffer.from(JSON.stringify(json)) }
}

/** What everybody may ask is asked without any. */
function secretsToldTo({ secrets }: Side, { url = '' }: IncomingMessage): readonly string[] {
  return url.includes('/course/') ? [] : secrets
}

function lieOf({ body }: Answer, secrets: readonly string[], random: Random): Answer {
  const truth: unknown = JSON.parse(body.toString())
  const changed = random.next() < 0.5 ? body.toString() : mutateJson(truth, random)
  const echo = { code: 'x', message: secrets.join(' '), error: secrets, detail: { said: secrets } }
  const text = random.next() < 0.1 ? JSON.stringify(echo) : withTextless(changed, random)
  const bytes = random.next() < 0.2 ? mutateBytes(Buffer.from(text), random) : Buffer.from(text)
  const retryAfter = random.pick(['', '-1', '999999999', 'soon', '1e9'])
  const headers = { 'content-type': random.pick(mediaTypes), ...(retryAfter !== '' && { 'retry-after': retryAfter }) }
  return { status: random.pick(statuses), headers, body: bytes }
}

/** Values that have no text of their own, or none that can be had. */
const textless = ['{"toString":1,"valueOf":1}', `${'['.repeat(20_000)}${']'.repeat(20_000)}`, '1e999'] as const

/** Mostly, one value anywhere is replaced by such a one. */
function withTextless(text: string, random: Random): string {
  const [first, ...others] = [...text.matchAll(/(?<=":)("[^"\\]{0,60}"|\d+|true|null)/g)]
  if (first === undefined || random.next() > 0.7) return text
  const { index, 0: value } = random.pick([first, ...others])
  return `${text.slice(0, index)}${random.pick(textless)}${text.slice(index + value.length)}`
}

/** An answer is taken, or it is a failure that people can read, that holds no secret and hides no mistake of ours. */
async function objectionsTo(side: Side, asking: Promise<unknown>): Promise<readonly string[]> {
  const thrown = await asking.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (thrown === undefined) return []
  const failure = toFailure(thrown)
  const shown = [failure.message, failure.theirWords, failure.stack, inspect(failure.cause, { depth: null })].join('\n')
  return [
    ...(thrown instanceof JobFailure ? [] : ['threw what is no failure']),
    ...(failure.code === 'UNEXPECTED' ? [`UNEXPECTED for ${String(failure.cause)}`] : []),
    ...(isFailureCode(failure.code) ? [] : [`the code ${String(failure.code)}`]),
    ...(failure.retryAfterMs === undefined || isWait(failure.retryAfterMs)
      ? []
      : [`a wait of ${failure.retryAfterMs}`]),
    ...((failure.theirWords?.length ?? 0) <= 500 ? [] : ['more than 500 characters of theirs']),
    ...(side.secrets.some((secret) => isIn(shown, secret)) ? ['a secret in a failure'] : []),
  ]
}

/** As it is, or as it stands in JSON. */
function isIn(text: string, secret: string): boolean {
  return text.includes(secret) || text.includes(JSON.stringify(secret).slice(1, -1))
}

function isWait(ms: number): boolean {
  return ms >= 1000 && ms <= 3_600_000
}

async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
