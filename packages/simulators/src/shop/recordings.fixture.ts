import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../../../test/fixtures/woocommerce/', import.meta.url))

/** One recorded request of the real shop. */
export interface Recording {
  readonly headers: readonly (readonly [string, string])[]
  readonly body: Buffer
  readonly topic: string | undefined
  readonly signature: string | undefined
}

/** The recorded requests of a scenario in arrival order; `scenario` is its two digits. */
export function recordingsOf(scenario: string): Recording[] {
  const folder = `${root}${folderOf(scenario)}/`
  const names = readdirSync(folder).filter((name) => name.endsWith('.headers.json'))
  return names.toSorted().map((name) => {
    const { headers }: Pick<Recording, 'headers'> = JSON.parse(readFileSync(folder + name, 'utf8'))
    const header = (wanted: string) => headers.find(([spelling]) => spelling === wanted)?.[1]
    const body = readFileSync(folder + name.replace('.headers.json', '.body'))
    return { headers, body, topic: header('X-WC-Webhook-Topic'), signature: header('X-WC-Webhook-Signature') }
  })
}

/** A recorded REST answer: what was asked, and the body as JSON. */
export function answerOf(scenario: string, name: string): { readonly status: number; readonly body: unknown } {
  const file = `${root}${folderOf(scenario)}/rest/${name}`
  const meta: { response: { status: number } } = JSON.parse(readFileSync(`${file}.meta.json`, 'utf8'))
  return { status: meta.response.status, body: JSON.parse(readFileSync(`${file}.body`, 'utf8')) }
}

/** The secret a recorded request was signed with. @see `test/fixtures/woocommerce/README.md` */
export function secretOf(scenario: string, number: number, topic: string): string {
  if (scenario === '31' && number === 2) return 'whsec-rotated'
  if (scenario === '38') return 'whsec-pingy'
  if (topic === 'order.restored') return `whsec & <odd> "chars" 'q' ü`
  return `whsec-example-${topic.replaceAll(/[._]/g, '-')}`
}

/** The two digits of every scenario that is kept. */
export function scenarios(): string[] {
  return readdirSync(root)
    .filter((name) => /^\d\d-/.test(name))
    .map((name) => name.slice(0, 2))
}

function folderOf(scenario: string): string {
  const folder = readdirSync(root).find((name) => name.startsWith(`${scenario}-`))
  if (folder === undefined) throw new RangeError(`no recording ${scenario}`)
  return folder
}
