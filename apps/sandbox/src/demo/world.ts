import type { LmsSimulator, ShopSimulator } from '@seatkeeper/simulators'
import { startLmsSimulator, startShopSimulator } from '@seatkeeper/simulators'
import { IngressConfig } from '@seatkeeper/ingress'
import { workerConfig } from '@seatkeeper/worker'
import type { RunningSystem, SystemParts } from '../start-system.ts'

/** The shop and the campus of the demo, both simulated, both on real ports. */
export interface Surroundings {
  readonly shop: ShopSimulator
  readonly campus: LmsSimulator
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
  return { shop, campus, config: configFor(shop, campus) }
}

function configFor(shop: ShopSimulator, campus: LmsSimulator): SystemParts['config'] {
  const { key: consumerKey, secret: consumerSecret } = shop.keys
  const file = {
    stores: [
      {
        id: 'shop',
        lms: 'campus',
        courseMode: 'verified',
        url: shop.url,
        consumerKey,
        consumerSecret,
        webhookSecrets: [webhookSecret],
      },
    ],
    lms: [{ id: 'campus', url: campus.url, ...client }],
  }
  return { ...workerConfig(['enroll', 'revoke', 'orders']).parse(file), webhooks: IngressConfig.parse(file) }
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
  for (const topic of ['order.created', 'order.updated', 'order.deleted', 'order.restored']) {
    await shop.addWebhook({ topic, deliveryUrl: `${ingressUrl}/webhooks/shop`, secret: webhookSecret })
  }
  return {
    cs: shop.addProduct({ name: courseNames.CS101, sku: courseKey('CS101') }),
    art: shop.addProduct({ name: courseNames.ART, sku: courseKey('ART') }),
    logic: shop.addProduct({ name: courseNames.LOGIC, sku: courseKey('LOGIC'), downloadable: true }),
    bread: shop.addProduct({ name: courseNames.BREAD, sku: courseKey('BRAED') }),
    shirt: shop.addProduct({ name: 'Shirt', sku: 'SHIRT-M', virtual: false }),
  }
}
