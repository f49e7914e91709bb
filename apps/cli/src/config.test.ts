import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
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

function check(text: string, env: Readonly<Record<string, string>> = secrets, ...options: readonly string[]) {
  const file = join(folder, 'seatkeeper.yaml')
  writeFileSync(file, text)
  return seatkeeper({ ...env, SEATKEEPER_CONFIG: file }, ['config', 'check', ...options])
}
