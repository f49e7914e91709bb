import { once } from 'node:events'
import { createServer } from 'node:http'
import { json } from 'node:stream/consumers'
import { goneOrder, recordedNote, recordedProducts, type Answer, type Shown } from './recordings.fixture.ts'

/** A shop that says of its orders what was recorded, and remembers what it was told. */
export interface RecordedShop {
  readonly url: string
  /** From now on the shop shows this. */
  show(shown: readonly Shown[]): void
  /** The notes of an order, oldest first. */
  notes(order: number): readonly string[]
  /** The statuses that an order was set to, in turn. */
  statuses(order: number): readonly string[]
  /** What was asked that the shop has no recording for and no rule. */
  readonly surprises: readonly string[]
  close(): Promise<void>
}

interface Told {
  readonly notes: Map<string, string[]>
  readonly statuses: Map<string, string[]>
}

/**
 * Serves recorded REST answers byte for byte, over real HTTP.
 *
 * Beyond the recordings: an order without recorded refunds has none; a product that nobody read during the recordings is
 * not there; a change of status is answered with the order as it was last shown, with no other byte changed, and shown so
 * until the recording goes on.
 */
export async function startRecordedShop(): Promise<RecordedShop> {
  const shows = new Map<string, Answer>(recordedProducts)
  const told: Told = { notes: new Map(), statuses: new Map() }
  const surprises: string[] = []
  const server = createServer(async (request, response) => {
    const path = new URL(request.url ?? '', 'http://shop').pathname.replace('/wp-json/wc/v3', '')
    const sent = request.method === 'GET' ? undefined : await json(request)
    const answer = answerTo(`${request.method} ${path}`, sent, shows, told)
    if (answer === undefined) surprises.push(`${request.method} ${path}`)
    const { status, body } = answer ?? { status: 501, body: '{}' }
    response.writeHead(status, { 'content-type': 'application/json; charset=UTF-8' }).end(body)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new TypeError('a shop without a port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    show: (shown) => {
      for (const [path, answer] of shown) shows.set(path, answer)
    },
    notes: (order) => told.notes.get(String(order)) ?? [],
    statuses: (order) => told.statuses.get(String(order)) ?? [],
    surprises,
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

const goneProduct: Answer = {
  status: 404,
  body: '{"code":"woocommerce_rest_product_invalid_id","message":"Invalid ID.","data":{"status":404}}',
}
const goneVariation: Answer = {
  status: 404,
  body: '{"code":"woocommerce_rest_product_variation_invalid_id","message":"Invalid ID.","data":{"status":404}}',
}

function answerTo(question: string, sent: unknown, shows: Map<string, Answer>, told: Told): Answer | undefined {
  const [, verb = '', path = '', order = '', part = ''] = /^(\w+) (\/orders\/(\d+)(\/\w+)?)$/.exec(question) ?? []
  if (question.startsWith('GET /products/')) return productAt(question.slice('GET '.length), shows)
  if (verb === 'GET' && part === '') return shows.get(path) ?? goneOrder
  if (verb === 'GET' && part === '/refunds') return shows.get(path) ?? { status: 200, body: '[]' }
  if (verb === 'GET' && part === '/notes') return ok((told.notes.get(order) ?? []).map((note) => ({ note })))
  if (verb === 'POST' && part === '/notes') return keepNote(order, textOf(sent, 'note'), told)
  return verb === 'PUT' && part === '' ? setStatus(path, order, textOf(sent, 'status'), shows, told) : undefined
}

function productAt(path: string, shows: ReadonlyMap<string, Answer>): Answer {
  return shows.get(path) ?? (path.includes('/variations/') ? goneVariation : goneProduct)
}

function keepNote(order: string, note: string, { notes }: Told): Answer {
  notes.set(order, [...(notes.get(order) ?? []), note])
  return { status: recordedNote.status, body: JSON.stringify({ ...JSON.parse(recordedNote.body), note }) }
}

function setStatus(path: string, order: string, status: string, shows: Map<string, Answer>, told: Told) {
  const before = shows.get(path)
  if (before === undefined || before.status !== 200) return undefined
  told.statuses.set(order, [...(told.statuses.get(order) ?? []), status])
  const after = { status: 200, body: before.body.replace(/"status":"[a-z-]+"/, `"status":"${status}"`) }
  shows.set(path, after)
  return after
}

function ok(content: unknown): Answer {
  return { status: 200, body: JSON.stringify(content) }
}

function textOf(sent: unknown, name: string): string {
  const text: unknown = typeof sent === 'object' && sent !== null ? Reflect.get(sent, name) : undefined
  if (typeof text !== 'string') throw new TypeError(`the shop was sent no ${name}`)
  return text
}
