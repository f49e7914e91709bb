import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../fixtures/woocommerce')

/** One recorded webhook request, byte for byte. */
export interface RecordedDelivery {
  readonly name: string
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: Buffer
}

/** What the shop answers to a reading. */
export interface Answer {
  readonly status: number
  readonly body: string
}

/** What the shop shows under a path of its REST API, such as `/orders/32`. */
export type Shown = readonly [path: string, answer: Answer]

/** Something that was done at the shop, the webhooks it made, and what the shop showed after it. */
export interface Moment {
  readonly step: string
  readonly deliveries: readonly RecordedDelivery[]
  readonly shown: readonly Shown[]
}

/** The names of all recorded scenarios. */
export const scenarios: readonly string[] = readdirSync(root, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .toSorted()

/** A step that was done, or a call to the REST API. */
interface Entry {
  readonly step?: string
  readonly deliveries?: readonly { readonly file: string }[]
  readonly method?: string
  readonly path?: string
  /** Where the answer to a call is. */
  readonly file?: string
}

/**
 * A scenario as a list of moments.
 *
 * What an order looked like at a moment is, the later rule outdoing the earlier one:
 * 1. the body of a webhook of that moment, because webhooks carry what REST shows;
 * 2. the recorded answer to a POST or PUT of the order, which stands before the moment that it made;
 * 3. the recorded answer to a GET after the moment; and to a DELETE, which shows the order as it was before;
 * 4. once `delete_order` is announced, the shop's recorded words for an order that is not there.
 */
export function momentsOf(scenario: string): readonly Moment[] {
  const moments: (Moment & { shown: Shown[] })[] = []
  let coming: Shown[] = []
  for (const entry of readScenario(scenario)) {
    if (entry.file !== undefined) {
      const shown = shownBy(entry, readAnswer(scenario, entry.file))
      if (entry.method === 'GET' || entry.method === 'DELETE') moments.at(-1)?.shown.push(...shown)
      else coming.push(...shown)
    } else if (entry.step !== undefined) {
      const deliveries = (entry.deliveries ?? []).map(({ file }) => readDelivery(scenario, file))
      const shown = [...deliveries.flatMap(({ body }) => shownByWebhook(body)), ...coming]
      moments.push({ step: entry.step, deliveries, shown })
      coming = []
    }
  }
  return moments
}

/** Every webhook request of a scenario. */
export function deliveriesOf(scenario: string): readonly RecordedDelivery[] {
  return momentsOf(scenario).flatMap(({ deliveries }) => deliveries)
}

/** What the shop's staff sold, read while a variation was bought; the other products were never read. */
export const recordedProducts: ReadonlyMap<string, Answer> = new Map(
  momentsOf('18-variation').flatMap(({ shown }) => shown.filter(([path]) => path.startsWith('/products/'))),
)

/** The shop's words for an order that is not there. */
const goneOrder: Answer = readAnswer('16-trash-restore-delete', 'rest/06-get-deleted')

/** The shop's answer to a new note. */
export const recordedNote: Answer = readAnswer('36-rest-api', 'rest/19-post-note')

/** Every secret that a recorded webhook was signed with, from the README beside the recordings. */
export const webhookSecrets: readonly string[] = [
  'whsec-example-order-created',
  'whsec-example-order-updated',
  'whsec-example-order-deleted',
  `whsec & <odd> "chars" 'q' ü`,
  'whsec-example-action-woocommerce-order-status-changed',
  'whsec-example-action-woocommerce-order-status-processing',
  'whsec-example-action-woocommerce-order-status-completed',
  'whsec-example-action-woocommerce-order-refunded',
  'whsec-example-action-woocommerce-refund-deleted',
  'whsec-example-action-woocommerce-delete-order',
  'whsec-rotated',
  'whsec-pingy',
]

function shownBy({ method = '', path = '' }: Entry, answer: Answer): readonly Shown[] {
  const order = answer.status < 300 ? orderIn(answer.body) : undefined
  if (order !== undefined) return [[`/orders/${order}`, answer]]
  return method === 'GET' && /^\/(orders|products)\//.test(path) ? [[path, answer]] : []
}

function shownByWebhook(body: Buffer): readonly Shown[] {
  const text = body.toString()
  const order = orderIn(text)
  if (order !== undefined) return [[`/orders/${order}`, { status: 200, body: text }]]
  const gone = /^\{"action":"woocommerce_delete_order","arg":(\d+)\}$/.exec(text)
  return gone ? [[`/orders/${gone[1]}`, goneOrder]] : []
}

/** The number of a whole order. */
function orderIn(body: string): number | undefined {
  if (!body.startsWith('{"id":') || !body.includes('"billing":')) return undefined
  return JSON.parse(body).id
}

function readScenario(scenario: string): readonly Entry[] {
  return readJson(join(scenario, 'scenario.json')).steps
}

function readDelivery(scenario: string, file: string): RecordedDelivery {
  const { headers } = readJson(join(scenario, `${file}.headers.json`))
  return { name: `${scenario}/${file}`, headers, body: readFileSync(join(root, scenario, `${file}.body`)) }
}

function readAnswer(scenario: string, file: string): Answer {
  const { response } = readJson(join(scenario, `${file}.meta.json`))
  return { status: response.status, body: readFileSync(join(root, scenario, `${file}.body`), 'utf8') }
}

function readJson(path: string) {
  return JSON.parse(readFileSync(join(root, path), 'utf8'))
}
