import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { json } from 'node:stream/consumers'
import { recordedNote, recordedProducts, type Answer, type Shown } from './recordings.fixture.ts'

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

/** What the shop shows, by path, and what it was told, by order. */
interface Books {
  readonly shows: Map<string, Answer>
  readonly notes: Map<string, readonly string[]>
  readonly statuses: Map<string, readonly string[]>
  readonly surprises: string[]
}

/**
 * Serves recorded REST answers byte for byte, over real HTTP.
 *
 * Beyond the recordings: an order without recorded refunds has none; a product that nobody read during the recordings is
 * not there; a change of status is answered with the order as it was last shown, with no other byte changed, and shown so
 * until the recording goes on.
 */
export async function startRecordedShop(): Promise<RecordedShop> {
  const books: Books = { shows: new Map(recordedProducts), notes: new Map(), statuses: new Map(), surprises: [] }
  const server = createServer((request, response) => void serve(request, response, books))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new TypeError('a shop without a port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    show: (shown) => {
      for (const [path, answer] of shown) books.shows.set(path, answer)
    },
    notes: (order) => books.notes.get(String(order)) ?? [],
    statuses: (order) => books.statuses.get(String(order)) ?? [],
    surprises: books.surprises,
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

async function serve(request: IncomingMessage, response: ServerResponse, books: Books): Promise<void> {
  const path = new URL(request.url ?? '', 'http://shop').pathname.replace('/wp-json/wc/v3', '')
  const question = `${request.method} ${path}`
  const sent = request.method === 'GET' ? undefined : await json(request)
  const answer = answerTo(question, sent, books)
  if (answer === undefined) books.surprises.push(question)
  const { status, body } = answer ?? { status: 501, body: '{}' }
  response.writeHead(status, { 'content-type': 'application/json; charset=UTF-8' }).end(body)
}

const goneProduct: Answer = {
  status: 404,
  body: '{"code":"woocommerce_rest_product_invalid_id","message":"Invalid ID.","data":{"status":404}}',
}
const goneVariation: Answer = {
  status: 404,
  body: '{"code":"woocommerce_rest_product_variation_invalid_id","message":"Invalid ID.","data":{"status":404}}',
}

function answerTo(question: string, sent: unknown, books: Books): Answer | undefined {
  const { shows, notes } = books
  const [, verb = '', path = '', order = '', part = ''] = /^(\w+) (\/orders\/(\d+)(\/\w+)?)$/.exec(question) ?? []
  if (question.startsWith('GET /products/')) return productAt(question.slice('GET '.length), shows)
  if (verb === 'GET' && part === '') return shows.get(path)
  if (verb === 'GET' && part === '/refunds') return shows.get(path) ?? { status: 200, body: '[]' }
  if (verb === 'GET' && part === '/notes') return ok((notes.get(order) ?? []).map((note) => ({ note })))
  if (verb === 'POST' && part === '/notes') return keepNote(order, textOf(sent, 'note'), books)
  return verb === 'PUT' && part === '' ? setStatus(order, textOf(sent, 'status'), books) : undefined
}

function productAt(path: string, shows: ReadonlyMap<string, Answer>): Answer {
  return shows.get(path) ?? (path.includes('/variations/') ? goneVariation : goneProduct)
}

function keepNote(order: string, note: string, { notes }: Books): Answer {
  notes.set(order, [...(notes.get(order) ?? []), note])
  return { status: recordedNote.status, body: JSON.stringify({ ...JSON.parse(recordedNote.body), note }) }
}

function setStatus(order: string, status: string, { shows, statuses }: Books): Answer | undefined {
  const before = shows.get(`/orders/${order}`)
  if (before?.status !== 200) return undefined
  statuses.set(order, [...(statuses.get(order) ?? []), status])
  const after = { status: 200, body: before.body.replace(/"status":"[a-z-]+"/, `"status":"${status}"`) }
  shows.set(`/orders/${order}`, after)
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
