import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../fixtures/woocommerce')

/** A body that a real shop sent, as bytes and, where it is JSON, as what it says. */
export interface RecordedBody {
  readonly name: string
  readonly bytes: Buffer
  readonly json: unknown
}

/** Every recorded body, of webhooks and of REST answers alike: a sender can put anything into a webhook. */
export const recordedBodies: readonly RecordedBody[] = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.body'))
  .toSorted()
  .map((name) => {
    const bytes = readFileSync(join(root, name))
    return { name, bytes, json: jsonOf(bytes) }
  })

function jsonOf(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString())
  } catch {
    return undefined
  }
}
