import { JobFailure } from '@seatkeeper/core'
import type { RedisClient } from './redis-client.ts'

/** What the ledger writes with; a connection does, or what waits for replicas on one. */
export interface Writer {
  evalsha(sha: string, keys: number, ...args: readonly (string | number)[]): Promise<unknown>
  eval(lua: string, keys: number, ...args: readonly (string | number)[]): Promise<unknown>
  hset(key: string, field: string, value: string): Promise<unknown>
}

type Words = readonly (string | number)[]

interface Waiting {
  readonly words: Words
  readonly resolve: (answer: unknown) => void
  readonly reject: (error: unknown) => void
}

type Answers = readonly (readonly [Error | null, unknown])[]

/** An ingress answers within two seconds, and may have to let another batch go first. */
const withinMs = 500
const againAfterMs = 5000

/**
 * Writes what must outlive a failover: it is answered once so many replicas have it. With 0 it is the connection itself.
 *
 * WAIT tells of what its own connection wrote, and keeps all that comes after it on that connection waiting. So writes and their WAIT
 * go as one pipeline, of which ioredis never repeats a part on another connection, and those that come meanwhile share the next one.
 *
 * @throws JobFailure REPLICAS_BEHIND if there are too few within half a second; the write may have been carried out all the same.
 * @see ioredis, `lib/redis/event_handler.ts`, `abortIncompletePipelines`
 */
export function replicatedWriter(redis: RedisClient, prefix: string, replicas: number): Writer {
  if (replicas === 0) return redis
  const send = sendInTurn((batch) => sendBatch(redis, { batch, mark: `${prefix}replicated`, replicas }))
  return {
    evalsha: (...args) => send('evalsha', ...args),
    eval: (...args) => send('eval', ...args),
    hset: (...args) => send('hset', ...args),
  }
}

/** One batch at a time: what comes meanwhile is the next one. */
function sendInTurn(sendAll: (batch: readonly Waiting[]) => Promise<void>) {
  let next: Waiting[] = []
  let isSending = false
  const sendRest = async () => {
    isSending = true
    while (next.length > 0) {
      const batch = next
      next = []
      await sendAll(batch)
    }
    isSending = false
  }
  return (...words: Words): Promise<unknown> =>
    new Promise((resolve, reject) => {
      next.push({ words, resolve, reject })
      if (!isSending) void sendRest()
    })
}

interface Batch {
  readonly batch: readonly Waiting[]
  readonly mark: string
  readonly replicas: number
}

/** Never rejects: everybody in the batch is told. */
async function sendBatch(redis: RedisClient, { batch, mark, replicas }: Batch): Promise<void> {
  // What changed nothing may rest on what another connection wrote a moment ago: a write of its own makes WAIT cover that too.
  const commands = [...batch.map(({ words }) => words), ['set', mark, '1'], ['wait', replicas, withinMs]]
  try {
    const answers = await sendTogether(redis, mark, commands)
    const behind = whyNotReplicated(answers.slice(-2), replicas)
    for (const [index, { resolve, reject }] of batch.entries()) {
      const [error, answer] = answers[index] ?? [new Error('a command without an answer'), null]
      const failure = error ?? behind
      if (failure === undefined) resolve(answer)
      else reject(failure)
    }
  } catch (error) {
    for (const { reject } of batch) reject(error)
  }
}

/** In a Cluster single commands alone follow their slot; after one of them the client knows where it is now. */
async function sendTogether(redis: RedisClient, mark: string, commands: readonly Words[]): Promise<Answers> {
  const answers = await pipelined(redis, commands)
  if (!answers.some(([error]) => error?.message.startsWith('MOVED '))) return answers
  await redis.exists(mark)
  return pipelined(redis, commands)
}

async function pipelined(redis: RedisClient, commands: readonly Words[]): Promise<Answers> {
  return (await redis.pipeline(commands.map((words) => [...words])).exec()) ?? []
}

function whyNotReplicated(ofMarkAndWait: Answers, replicas: number): Error | undefined {
  const error = ofMarkAndWait.find(([failed]) => failed !== null)?.[0]
  const reached = Number(ofMarkAndWait.at(-1)?.[1] ?? 0)
  if (!error && reached >= replicas) return undefined
  return new JobFailure('REPLICAS_BEHIND', `${reached} of ${replicas} replicas have it after ${withinMs} ms`, {
    retryAfterMs: againAfterMs,
    ...(error ? { cause: error } : {}),
  })
}
