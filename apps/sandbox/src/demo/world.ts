import type { LmsSimulator, ShopSimulator } from '@seatkeeper/simulators'
import { startLmsSimulator, startShopSimulator } from '@seatkeeper/simulators'
import { IngressConfig } from '@seatkeeper/ingress'
import { webhookTopics } from '@seatkeeper/woocommerce'
import { workerConfig } from '@seatkeeper/worker'
import type { RunningSystem, SystemParts } from '../start-system.ts'

/** The shop and the campus of the demo, both simulated, both on real ports. */
export interface Surroundings {
  readonly shop: ShopSimulator
  readonly campus: LmsSimulator
  /** What `seatkeeper.yaml` would say. @param publicUrl of the webhooks, once it is known. */
  readonly settings: (publicUrl?: string) => object
  readonly config: SystemParts['config']
}

/** What a scene plays in. */
export interface World extends Surroundings {
  readonly system: RunningSystem
  readonly products: Products
}

const client = { clientId: 'seatkeeper', clientSecret: 'demo-client-secret' }
const webhookSecret = 'demo-webhook-secret'

/** The names of the demo's learners; each has an account `<name>@example.org`. */
export const learners = ['ada', 'grace', 'alan', 'edsger', 'barbara', 'donald', 'frances', 'tony', 'margaret'] as const

/** Starts shop and campus, and says how to connect to them. */
export async function startSurroundings(): Promise<Surroundings> {
  const campus = await startLmsSimulator()
  const shop = await startShopSimulator()
  campus.addUser({ username: 'seatkeeper-worker', email: 'worker@example.org', isStaff: true })
  campus.addOAuthApp({ ...client, username: 'seatkeeper-worker' })
  for (const name of learners) campus.addUser({ username: name, email: `${name}@example.org` })
  for (const [key, name] of Object.entries(courseNames)) {
    campus.addCourse({ key: courseKey(key), name, modes: [{ slug: 'audit' }, { slug: 'verified', price: 49 }] })
  }
  const settings = (publicUrl?: string) => settingsFor(shop, campus, publicUrl)
  const config = {
    ...workerConfig(['enroll', 'revoke', 'orders']).parse(settings()),
    webhooks: IngressConfig.parse(settings()),
  }
  return { shop, campus, settings, config }
}

/** The shop's short name. */
export const storeName = 'demo'

function settingsFor(shop: ShopSimulator, campus: LmsSimulator, publicUrl?: string): object {
  const { key: consumerKey, secret: consumerSecret } = shop.keys
  const shared = { id: storeName, lms: 'campus', courseMode: 'verified', url: shop.url }
  return {
    stores: [{ ...shared, publicUrl, consumerKey, consumerSecret, webhookSecrets: [webhookSecret] }],
    lms: [{ id: 'campus', url: campus.url, ...client }],
  }
}

const courseNames = { CS101: 'Computer Science 101', ART: 'History of Art', LOGIC: 'Logic', BREAD: 'Baking Bread' }

/** The key of a course run of the demo. */
export function courseKey(run: string): string {
  return `course-v1:DemoU+${run}+2026`
}

/** The shop's product numbers. */
export interface Products {
  readonly cs: number
  readonly art: number
  readonly logic: number
  readonly bread: number
  readonly shirt: number
}

/** Puts products on sale and points the shop's webhooks at the ingress. */
export async function openShop(shop: ShopSimulator, ingressUrl: string): Promise<Products> {
  for (const topic of webhookTopics) {
    await shop.addWebhook({ topic, deliveryUrl: `${ingressUrl}/webhooks/${storeName}`, secret: webhookSecret })
  }
  return {
    cs: shop.addProduct({ name: courseNames.CS101, sku: courseKey('CS101') }),
    art: shop.addProduct({ name: courseNames.ART, sku: courseKey('ART') }),
    logic: shop.addProduct({ name: courseNames.LOGIC, sku: courseKey('LOGIC'), downloadable: true }),
    bread: shop.addProduct({ name: courseNames.BREAD, sku: courseKey('BRAED') }),
    shirt: shop.addProduct({ name: 'Shirt', sku: 'SHIRT-M', virtual: false }),
  }
}
