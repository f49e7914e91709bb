import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { StartError } from '@seatkeeper/service'
import { openDesk, type Desk } from './desk.fixture.ts'

let desk: Desk

beforeAll(async () => {
  desk = await openDesk()
})
afterAll(() => desk.close())

describe('seatkeeper connect', () => {
  it('says in one sentence why the shop refused', async () => {
    const site = await startSite()
    const folder = mkdtempSync(join(tmpdir(), 'seatkeeper-connect-'))
    try {
      const file = join(folder, 'seatkeeper.yaml')
      writeFileSync(file, configOf(site.url))
      const thrown = await desk.withConfig(file, 'connect', 'shop', '--by', 'olga').catch((error: unknown) => error)
      expect(thrown).toBeInstanceOf(StartError)
      expect(String(thrown)).toMatch(/STORE_KEY_REFUSED: [^\n]+$/)
      expect(await desk.ledger.operatorActions({ sinceMs: 0, limit: 9 })).toMatchObject([
        { by: 'olga', action: 'connect', on: 'shop' },
      ])
      expect(site.asked).toEqual(['POST /webhooks/shop', expect.stringMatching(/^GET \/wp-json\/wc\/v3\/webhooks/)])
    } finally {
      rmSync(folder, { recursive: true })
      await site.close()
    }
  })
})

/** An ingress that takes everything, beside a shop that does not know our key. */
async function startSite() {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    const isWebhook = request.url?.startsWith('/webhooks/') === true
    response.writeHead(isWebhook ? 200 : 401, { 'content-type': 'application/json' })
    response.end('{"code":"woocommerce_rest_cannot_view","message":"no","data":{"status":401}}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const close = async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  return { url: `http://127.0.0.1:${port}`, asked, close }
}

function configOf(url: string): string {
  const keys = { consumerKey: `ck_${'1'.repeat(40)}`, consumerSecret: `cs_${'1'.repeat(40)}` }
  const names = { id: 'shop', lms: 'campus', courseMode: 'verified' }
  const store = { ...names, ...keys, url, publicUrl: url, allowHttp: true, webhookSecrets: ['whsec-abcdefgh'] }
  return JSON.stringify({ stores: [store] })
}
