import { CourseMode, LmsId, StoreId } from '@seatkeeper/core'
import { z } from 'zod'
import { StatusMap } from './order-status.ts'

const webAddress = z
  .url({ protocol: /^https?$/, abort: true })
  .refine(isBare, { message: 'leave out user name, password, query and fragment' })
  .transform((address) => address.replace(/\/+$/, ''))

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
    .describe('consumer key of a WooCommerce REST API key with read rights'),
  consumerSecret: z
    .string()
    .regex(/^cs_\w{1,100}$/, 'a consumer secret starts with cs_')
    .describe('consumer secret of the same REST API key'),
  webhookSecrets: z
    .array(
      z
        .string()
        .max(1000)
        .refine((secret) => secret.trim() !== '', { message: 'empty' }),
    )
    .min(1)
    .describe('secrets of the store’s webhooks: one for each webhook, two during a rotation'),
  statuses: StatusMap.prefault({}).describe('what order statuses do to seats'),
  callTimeoutMs: z
    .int()
    .min(100)
    .max(30_000)
    .default(10_000)
    .describe('longest time of one call to the shop, milliseconds'),
}

/** What the ingress must know of a WooCommerce store; the rest of the entry is left out. */
export const StoreWebhooks = z.object({
  id: fields.id,
  lms: fields.lms,
  courseMode: fields.courseMode,
  webhookSecrets: fields.webhookSecrets,
  statuses: fields.statuses,
})
export type StoreWebhooks = z.output<typeof StoreWebhooks>

/** What the reader of orders must know of a WooCommerce store; the rest of the entry is left out. */
export const StoreConfig = z
  .object({
    id: fields.id,
    lms: fields.lms,
    courseMode: fields.courseMode,
    url: fields.url,
    homeUrl: fields.homeUrl,
    allowHttp: fields.allowHttp,
    consumerKey: fields.consumerKey,
    consumerSecret: fields.consumerSecret,
    statuses: fields.statuses,
    callTimeoutMs: fields.callTimeoutMs,
  })
  .refine(isReachedSafely, unsafe())
export type StoreConfig = z.output<typeof StoreConfig>

/** A whole entry of `stores`, with every field known: what the check command reads. */
export const StoreEntry = z.strictObject(fields).refine(isReachedSafely, unsafe())
export type StoreEntry = z.output<typeof StoreEntry>

function isReachedSafely({ url, allowHttp }: { readonly url: string; readonly allowHttp: boolean }): boolean {
  const { protocol, hostname } = new URL(url)
  return protocol === 'https:' || allowHttp || isLoopback(hostname)
}

function unsafe() {
  return { path: ['url'], message: 'use https, or set allowHttp' }
}

function isLoopback(hostname: string): boolean {
  return /^(localhost|.+\.localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(hostname)
}

function isBare(address: string): boolean {
  const { username, password, search, hash } = new URL(address)
  return [username, password, search, hash].every((part) => part === '')
}
