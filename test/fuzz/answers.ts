import { CourseKey, CourseMode, EmailAddress, OrderId, StoreId, Username } from '@seatkeeper/core'
import { unlimitedCalls } from '@seatkeeper/core/fixture'
import { createCourses, createOpenedx, LmsConfig, memoryTokenCache } from '@seatkeeper/openedx'
import { createShopProducts, createWooStore, StoreConfig } from '@seatkeeper/woocommerce'

/** An LMS or a shop: what a well one answers to each address, and all that we ask it. */
export interface Side {
  readonly name: string
  readonly answers: readonly (readonly [address: RegExp, answer: unknown])[]
  /** What must not stand in any failure, even if the other side repeats it. */
  readonly secrets: readonly string[]
  /** Asked by a client of its own that knows nothing yet. */
  questions(url: string): Readonly<Record<string, Ask>>
}

export type Ask = (signal: AbortSignal) => Promise<unknown>

const course = CourseKey.parse('course-v1:DemoU+CS101+2026')
const mode = CourseMode.parse('verified')
const username = Username.parse('ada')
const email = EmailAddress.parse('ada@example.org')
const moment = '2026-11-21T18:00:00'

const client = { clientId: 'seatkeeper', clientSecret: 'canary"of the\\client/secret' }
const token = `eyJhbGciOiJub25lIn0.${Buffer.from('{"preferred_username":"worker"}').toString('base64url')}.c2ln`
const line = { user: 'ada', mode, is_active: true, created: `${moment}Z` }

export const campus: Side = {
  name: 'LMS',
  secrets: [client.clientSecret, token],
  answers: [
    [/^\/oauth2/, { access_token: token, expires_in: 3600, token_type: 'JWT', scope: 'read' }],
    [/^\/api\/user/, [{ id: 7, username, email, name: 'Ada' }]],
    [/enrollments\?/, { next: null, previous: null, results: [{ ...line, course_id: course }] }],
    [/enrollment_allowed/, { email, course_id: course, auto_enroll: true }],
    [/\/course\//, termsOf(course)],
    [/\/enrollment/, { ...line, course_details: { course_id: course, course_modes: [{ slug: 'audit' }] } }],
  ],
  questions: (url) => {
    const config = LmsConfig.parse({ id: 'campus', url, ...client })
    const tokens = memoryTokenCache()
    const lms = createOpenedx(config, { tokens: () => tokens, budget: unlimitedCalls })
    const courses = createCourses({ url, callTimeoutMs: 10_000 })
    const invitation = { email, course }
    return {
      findAccount: (signal) => lms.findAccount(email, signal),
      readEnrolment: (signal) => lms.readEnrolment(username, course, signal),
      writeEnrolment: (signal) => lms.writeEnrolment({ username, course, mode, isActive: true }, signal),
      withdraw: (signal) => lms.writeEnrolment({ username, course, mode, isActive: false }, signal),
      readEnrolments: (signal) => lms.readEnrolments([username], signal),
      readOpening: (signal) => lms.readOpening(course, signal),
      readCourse: (signal) => courses.readCourse(course, signal),
      invite: (signal) => lms.invite(invitation, signal),
      withdrawInvitation: (signal) => lms.withdrawInvitation(invitation, signal),
      probe: (signal) => lms.probe(signal),
      reserve: (signal) => lms.entrance({ class: 'enroll', calls: 1, shared: 1, holdMs: 5000 })(signal),
    }
  },
}

function termsOf(key: CourseKey) {
  const modes = [{ slug: 'verified', min_price: 49, expiration_datetime: `${moment}Z` }]
  return {
    course_id: key,
    enrollment_start: `${moment}Z`,
    enrollment_end: null,
    invite_only: false,
    course_modes: modes,
  }
}

const keys = { consumerKey: `ck_${'1'.padStart(40, '0')}`, consumerSecret: `cs_${'1'.padStart(40, '0')}` }
const fields = [
  { id: 1, key: '_course_id', value: course },
  { id: 2, key: 'Learner', value: { email } },
]
const soldLine = { id: 13, sku: course, product_id: 10, variation_id: 11, quantity: 2, meta_data: fields }
const order = {
  id: 32,
  status: 'processing',
  date_created_gmt: moment,
  date_modified_gmt: moment,
  total: '98.00',
  billing: { email },
  line_items: [soldLine],
  refunds: [{ id: 46 }],
  meta_data: fields,
}
const refundedLine = { id: 14, quantity: -1, meta_data: [{ key: '_refunded_item_id', value: '13' }] }
const product = { id: 10, name: 'CS', sku: '', price: '49', status: 'publish', virtual: true, meta_data: fields }
const webhook = {
  id: 5,
  topic: 'order.updated',
  delivery_url: 'https://hooks.example.org/webhooks/demo',
  status: 'active',
}

export const shop: Side = {
  name: 'shop',
  secrets: Object.values(keys),
  answers: [
    [/orders\/32\/refunds/, [{ id: 46, amount: '49.00', line_items: [refundedLine] }]],
    [/orders\/32\/notes/, [{ note: 'Enrolled.' }]],
    [/orders\/32/, order],
    [/orders\?/, [order]],
    [/refunds\?/, [{ id: 46, parent_id: 32 }]],
    [/products\/10\/variations\/11/, { ...product, id: 11, meta_data: [] }],
    [/products\/10\/variations/, [{ ...product, id: 11 }]],
    [/products\/10/, product],
    [/products\?/, [{ ...product, variations: [11] }]],
    [/webhooks\/5/, webhook],
    [/webhooks\?/, [webhook]],
  ],
  questions: (url) => {
    const learners = { lineFields: ['Learner.email'], orderFields: ['Learner'] }
    const names = { id: 'demo', lms: 'campus', courseMode: mode, url, callsPerMinute: 6000, learners }
    const config = StoreConfig.parse({ ...names, ...keys })
    const store = createWooStore(config)
    const ref = { store: StoreId.parse('demo'), order: OrderId.parse('32') }
    return {
      readOrder: (signal) => store.readOrder(ref, signal),
      readProduct: (signal) => store.readProduct({ product: '10', variation: '11' }, signal),
      readModified: (signal) => store.readModified({ sinceMs: 0, inTrash: false }, signal),
      readRefunds: (signal) => store.readRefunds(1, signal),
      readNotes: (signal) => store.readNotes(ref, signal),
      setStatus: (signal) => store.setStatus(ref, 'completed', signal),
      readWebhooks: (signal) => store.readWebhooks(signal),
      setWebhookStatus: (signal) => store.setWebhookStatus('5', 'active', signal),
      readProducts: (signal) => createShopProducts(config).readProducts(1, signal),
      probe: (signal) => store.probe(signal),
    }
  },
}
