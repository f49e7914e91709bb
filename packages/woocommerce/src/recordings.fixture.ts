import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { StoreAnswer } from './answers.ts'

const root = join(import.meta.dirname, '../../../test/fixtures/woocommerce')

/** A webhook request of a real shop. */
export interface RecordedDelivery {
  /** Folder and number, such as `10-full-refund/08`. */
  readonly name: string
  readonly folder: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

/** All recorded webhook requests, in order of arrival within their folders. */
export const deliveries: readonly RecordedDelivery[] = readdirSync(root, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .toSorted()
  .flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((file) => file.endsWith('.headers.json'))
      .toSorted()
      .map((file) => readDelivery(folder, file.replace('.headers.json', ''))),
  )

/** One recorded webhook request. @throws RangeError if there is none of that name. */
export function delivery(name: string): RecordedDelivery {
  const found = deliveries.find((recorded) => recorded.name === name)
  if (!found) throw new RangeError(`no recording ${name}`)
  return found
}

/** The secret a recorded delivery was signed with, as the recordings' README has them. */
export function secretOf({ name, folder, headers }: RecordedDelivery): string {
  const topic = headers['x-wc-webhook-topic'] ?? ''
  if (name.startsWith('31-') && name.endsWith('/02')) return 'whsec-rotated'
  if (folder.startsWith('38-')) return 'whsec-pingy'
  if (topic === 'order.restored') return oddSecret
  return `whsec-example-${topic.replaceAll(/[._]/g, '-')}`
}

/** A secret of every kind of character that shops and WordPress have trouble with. */
export const oddSecret = `whsec & <odd> "chars" 'q' ü`

/** A recorded answer of the shop's REST API, such as `36-rest-api/rest/16-get-404`, and its `Link` header. */
export function recordedAnswer(name: string): StoreAnswer & { readonly link: string } {
  const { response } = readJsonFile(`${name}.meta.json`)
  const headers = lowerCased(response.headers)
  return {
    status: response.status,
    mediaType: headers['content-type']?.split(';')[0] ?? '',
    body: readFileSync(join(root, `${name}.body`), 'utf8'),
    isCut: false,
    link: headers['link'] ?? '',
  }
}

function readDelivery(folder: string, number: string): RecordedDelivery {
  const { headers } = readJsonFile(`${folder}/${number}.headers.json`)
  const body = readFileSync(join(root, folder, `${number}.body`))
  return { name: `${folder}/${number}`, folder, headers: lowerCased(headers), body }
}

function readJsonFile(path: string) {
  return JSON.parse(readFileSync(join(root, path), 'utf8'))
}

function lowerCased(headers: readonly (readonly [string, string])[]): Record<string, string> {
  return Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value]))
}
