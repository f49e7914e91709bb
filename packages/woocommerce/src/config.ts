import { CourseMode, LmsId, StoreId } from '@seatkeeper/core'
import { z } from 'zod'
import { CatalogueConfig } from './catalogue.ts'
import { LearnerFields } from './learners.ts'
import { Status, StatusMap } from './order-status.ts'

const webAddress = z
  .url({ protocol: /^https?$/, abort: true })
  .refine(isBare, { message: 'leave out user name, password, query and fragment' })
  .transform((address) => address.replace(/\/+$/, ''))

/** Dates of YAML are texts; a date alone is its first moment in UTC. */
const moment = z.union([z.iso.date(), z.iso.datetime({ offset: true })]).transform((text) => Date.parse(text))

const WriteBack = z.strictObject({
  notes: z.boolean().default(true).describe('add a note to an order for every outcome; needs a key with write rights'),
  complete: z
    .boolean()
    .default(false)
    .describe('set an order to completed once all its courses are given and nothing needs shipping'),
  failedStatus: Status.optional().describe(
    'order status for orders that cannot be fulfilled, one of statuses.grant; none is set without',
  ),
})

const Brake = z.strictObject({
  seats: z.int().min(0).default(20).describe('seats that readings may end in an hour, however few there are'),
  percent: z
    .number()
    .min(0)
    .max(100)
    .default(5)
    .describe('share of the store’s seats that readings may end in an hour, percent, if that is more'),
})

const fields = {
  id: StoreId.describe('short name of the store; part of its webhook address'),
  lms: LmsId.describe('short name of the LMS whose courses the store sells'),
  courseMode: CourseMode.describe('course mode that a sale grants, such as verified or audit'),
  url: webAddress.describe('address of the shop as the worker reaches it, without /wp-json'),
  homeUrl: webAddress
    .optional()
    .describe('home address in the shop’s own settings, if it differs from url; signatures over plain HTTP need it'),
  allowHttp: z
    .boolean()
    .default(false)
    .describe('reach a shop beyond this machine over plain HTTP: calls are signed, answers can be read by others'),
  consumerKey: z
    .string()
    .regex(/^ck_\w{1,100}$/, 'a consumer key starts with ck_')
    .describe(
      'consumer key of a WooCommerce REST API key with read rights, and write rights where writeBack or connect needs them',
    )
    .meta({ secret: true }),
  consumerSecret: z
    .string()
    .regex(/^cs_\w{1,100}$/, 'a consumer secret starts with cs_')
    .describe('consumer secret of the same REST API key')
    .meta({ secret: true }),
  webhookSecrets: z
    .array(
      z
        .string()
        .max(1000)
        .refine((secret) => secret.trim() !== '', { message: 'empty' }),
    )
    .min(1)
    .describe('secrets of the store’s webhooks: one for each webhook, two during a rotation')
    .meta({ secret: true }),
  statuses: StatusMap.prefault({}).describe('what order statuses do to seats'),
  since: moment
    .optional()
    .describe(
      'orders created before this date or time are left alone until adopted; 2026-01-31 or 2026-01-31T12:00:00Z',
    ),
  brake: Brake.prefault({}).describe('how much of what the shop says ends seats without asking a person'),
  catalogue: CatalogueConfig.prefault({}).describe('which courses the products sell'),
  learners: LearnerFields.prefault({}).describe('where orders name who learns, if that is not the buyer'),
  writeBack: WriteBack.prefault({}).describe('what the shop is told of its orders'),
  reconcileMinutes: z
    .int()
    .min(1)
    .max(1440)
    .default(5)
    .describe('how often the shop is asked for orders that no webhook told of, minutes'),
  publicUrl: webAddress
    .optional()
    .describe('address under which the shop reaches our webhooks, without /webhooks; needed to connect a shop'),
  callsPerMinute: z
    .int()
    .min(1)
    .max(6000)
    .default(300)
    .describe('most calls a minute that each worker process makes to the shop'),
  callTimeoutMs: z
    .int()
    .min(100)
    .max(30_000)
    .default(10_000)
    .describe('longest time of one call to the shop, milliseconds'),
}

/** What decides how orders count; ingress and reader must agree on it. */
const policy = {
  id: fields.id,
  lms: fields.lms,
  courseMode: fields.courseMode,
  statuses: fields.statuses,
  since: fields.since,
  brake: fields.brake,
  catalogue: fields.catalogue,
  learners: fields.learners,
  writeBack: fields.writeBack,
}

/** What the ingress must know of a WooCommerce store; the rest of the entry is left out. */
export const StoreWebhooks = z
  .object({ ...policy, webhookSecrets: fields.webhookSecrets })
  .refine(failsHarmlessly, harmful())
export type StoreWebhooks = z.output<typeof StoreWebhooks>

/** What those who ask and tell the shop must know of a WooCommerce store; the rest of the entry is left out. */
export const StoreConfig = z
  .object({
    ...policy,
    url: fields.url,
    homeUrl: fields.homeUrl,
    allowHttp: fields.allowHttp,
    consumerKey: fields.consumerKey,
    consumerSecret: fields.consumerSecret,
    reconcileMinutes: fields.reconcileMinutes,
    publicUrl: fields.publicUrl,
    callsPerMinute: fields.callsPerMinute,
    callTimeoutMs: fields.callTimeoutMs,
  })
  .refine(isReachedSafely, unsafe())
  .refine(failsHarmlessly, harmful())
export type StoreConfig = z.output<typeof StoreConfig>

/** A whole entry of `stores`, with every field known: what the check command reads. */
export const StoreEntry = z.strictObject(fields).refine(isReachedSafely, unsafe()).refine(failsHarmlessly, harmful())
export type StoreEntry = z.output<typeof StoreEntry>

function isReachedSafely({ url, allowHttp }: { readonly url: string; readonly allowHttp: boolean }): boolean {
  const { protocol, hostname } = new URL(url)
  return protocol === 'https:' || allowHttp || isLoopback(hostname)
}

function unsafe() {
  return { path: ['url'], message: 'use https, or set allowHttp' }
}

/** In a status that does not grant, nothing new is granted. The shop itself refunds an order that is set to refunded. */
function failsHarmlessly({
  statuses,
  writeBack,
}: Pick<z.output<z.ZodObject<typeof policy>>, 'statuses' | 'writeBack'>) {
  const { failedStatus } = writeBack
  if (failedStatus === undefined) return true
  return statuses.grant.includes(failedStatus) && !['refunded', 'trash'].includes(failedStatus)
}

function harmful() {
  return {
    path: ['writeBack', 'failedStatus'],
    message: 'list it under statuses.grant too, else no order could heal out of it',
  }
}

function isLoopback(hostname: string): boolean {
  return /^(localhost|.+\.localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(hostname)
}

function isBare(address: string): boolean {
  const { username, password, search, hash } = new URL(address)
  return [username, password, search, hash].every((part) => part === '')
}
