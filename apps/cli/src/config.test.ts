import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { loadConfig } from '@seatkeeper/service'
import { WholeConfig } from './config.ts'
import { seatkeeper } from './desk.fixture.ts'

const sample = `
stores:
  - id: shop
    lms: campus
    courseMode: verified
    url: https://shop.example.org
    webhookSecrets: ['\${SHOP_WEBHOOK_SECRET}']
    consumerKey: ck_1234567890
    consumerSecret: file:consumer-secret
lms:
  - id: campus
    url: https://lms.example.org
    clientId: seatkeeper
    clientSecret: \${LMS_CLIENT_SECRET}
`
const secrets = { SHOP_WEBHOOK_SECRET: 'whsec-abc', LMS_CLIENT_SECRET: 'lms-abc' }
let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'seatkeeper-config-'))
  writeFileSync(join(folder, 'consumer-secret'), 'cs_1234567890\n')
})
afterEach(() => rmSync(folder, { recursive: true }))

describe('seatkeeper config check', () => {
  it('says that all is well, and what is configured', async () => {
    expect(await check(sample)).toMatch(/seatkeeper\.yaml is well: stores shop; LMSs campus\.$/)
    expect(JSON.parse(await check(sample, secrets, '--json'))).toEqual({ stores: ['shop'], lms: ['campus'] })
  })

  it('names every problem at once, and no secret', async () => {
    const wrong = sample.replace('lms: campus', 'lms: elsewhere').replace('https://lms', 'http://lms')
    const thrown = await check(`${wrong}    colour: red\n`, { SHOP_WEBHOOK_SECRET: 'whsec-abc' }).catch(String)
    const [heading, ...problems] = thrown.split('\n')
    expect(heading).toMatch(/seatkeeper\.yaml has \d problems:$/)
    expect(problems).toEqual([
      expect.stringMatching(/^ {2}lms\[0\]\.url \(.*\): use https/),
      expect.stringMatching(/^ {2}lms\[0\]\.clientSecret \(.*\): the variable LMS_CLIENT_SECRET is not set$/),
      expect.stringMatching(/^ {2}lms\[0\]\.colour: is not a setting; is it misspelt\?$/),
    ])
    expect(thrown).not.toMatch(/whsec-abc|cs_1234567890/)
  })

  it('finds a store that sells for an LMS nobody has', async () => {
    await expect(check(sample.replace('lms: campus', 'lms: elsewhere'))).rejects.toThrow(/stores\[0\]\.lms/)
  })

  it('finds an LMS that only a catalogue names, and nobody has', async () => {
    const catalogue =
      '    catalogue: { rules: [{ product: 7, items: [{ course: a, lms: elsewhere }] }], aliases: { a: course-v1:A+B+C } }'
    const checked = check(sample.replace('lms:\n  - id', `${catalogue}\nlms:\n  - id`))
    await expect(checked).rejects.toThrow(/stores\[0\]\.catalogue\.rules\[0\]\.items\[0\]\.lms/)
  })

  it('says where to put the file that is not there', async () => {
    const file = join(folder, 'nothing.yaml')
    const checked = seatkeeper({ ...secrets, SEATKEEPER_CONFIG: file }, ['config', 'check'])
    await expect(checked).rejects.toThrow(`There is no configuration file ${file}.`)
  })
})

describe('seatkeeper config print', () => {
  it('fills in defaults, and masks secrets where they are', async () => {
    const { stores, lms } = JSON.parse(await print(sample, secrets, '--json')) as Record<'stores' | 'lms', unknown>
    expect(stores).toMatchObject([
      {
        id: 'shop',
        webhookSecrets: ['[secret]'],
        consumerSecret: '[secret]',
        reconcileMinutes: 5,
        brake: { seats: 20 },
      },
    ])
    expect(lms).toMatchObject([{ clientId: 'seatkeeper', clientSecret: '[secret]', callsPerMinute: 100 }])
  })

  it.each([[[]], [['--json']]])('shows no secret of any setting, with options %j', async (options) => {
    const text = await print(wholeSample, canaries, ...options)
    expect(text).toContain(canaries['LMS_CLIENT_ID'])
    const shown = Object.entries(canaries).filter(([, value]) => text.includes(value))
    expect(shown.map(([name]) => name)).toEqual(['LMS_CLIENT_ID', 'OTHER_CLIENT_ID'])
  })

  it('prints what reads as the same, once the secrets are back in their places', async () => {
    const printed = await print(wholeSample, canaries)
    const before = load(wholeSample)
    const hidden = Object.values(canaries).filter((value) => !printed.includes(value))
    expect(load(printed.replaceAll('"[secret]"', () => hidden.shift() ?? ''))).toEqual(before)
    expect(hidden).toEqual([])
  })

  it('names the problems of a file that is not well', async () => {
    await expect(print(sample, {})).rejects.toThrow(/the variable LMS_CLIENT_SECRET is not set/)
  })
})

/** The sample of every setting, with a secret for each that may have one. */
const wholeSample = readFileSync(new URL('../../../docs/seatkeeper.sample.yaml', import.meta.url), 'utf8')
  .replace(
    'credentials: []',
    "credentials: [{ clientId: '${OTHER_CLIENT_ID}', clientSecret: '${OTHER_CLIENT_SECRET}' }]",
  )
  .replace('keys: []', "keys: ['${ERASURE_KEY}']")

/** Each variable that the sample names, with a value that is found nowhere else. */
const canaries: Readonly<Record<string, string>> = Object.fromEntries(
  [...wholeSample.matchAll(/\$\{(\w+)\}/g)].map(([, name = '']) => [
    name,
    `${beginningOf(name)}canary_${name}_0123456789abcdef`,
  ]),
)

function beginningOf(name: string): string {
  return { SHOP_CONSUMER_KEY: 'ck_', SHOP_CONSUMER_SECRET: 'cs_' }[name] ?? ''
}

function load(text: string): unknown {
  const file = join(folder, 'again.yaml')
  writeFileSync(file, text)
  return loadConfig(WholeConfig, { file, env: canaries })
}

function print(text: string, env: Readonly<Record<string, string>>, ...options: readonly string[]) {
  return run('print', text, env, options)
}

function check(text: string, env: Readonly<Record<string, string>> = secrets, ...options: readonly string[]) {
  return run('check', text, env, options)
}

function run(name: string, text: string, env: Readonly<Record<string, string>>, options: readonly string[]) {
  const file = join(folder, 'seatkeeper.yaml')
  writeFileSync(file, text)
  return seatkeeper({ ...env, SEATKEEPER_CONFIG: file }, ['config', name, ...options])
}
