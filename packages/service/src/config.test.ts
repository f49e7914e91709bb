import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from '@jest/globals'
import { z } from 'zod'
import { loadConfig } from './config.ts'
import { ConfigError } from './start-error.ts'

const folder = mkdtempSync(join(tmpdir(), 'seatkeeper-config-'))
const file = join(folder, 'seatkeeper.yaml')
afterAll(() => rmSync(folder, { recursive: true }))

const Config = z.object({
  lms: z.array(
    z.object({
      url: z.url().describe('base address of the Open edX LMS'),
      clientSecret: z.string().min(8).describe('OAuth2 client secret'),
      callsPerMinute: z.int().describe('call budget').default(100),
    }),
  ),
  stores: z
    .array(
      z.object({ revokeOn: z.array(z.enum(['refunded', 'cancelled'])).describe('order statuses that end access') }),
    )
    .default([]),
})

function load(yaml: string, env: Record<string, string> = {}, schema: z.ZodType = Config) {
  writeFileSync(file, yaml)
  return loadConfig(schema, { file, env })
}

function complaint(yaml: string, env: Record<string, string> = {}, schema: z.ZodType = Config): string {
  try {
    load(yaml, env, schema)
  } catch (error) {
    if (error instanceof ConfigError) return error.message
    throw error
  }
  return 'no problem'
}

describe('loadConfig', () => {
  it('reads a file through the schema and fills in defaults', () => {
    expect(load('lms: [{ url: "https://lms.example.org", clientSecret: "12345678" }]')).toEqual({
      lms: [{ url: 'https://lms.example.org', clientSecret: '12345678', callsPerMinute: 100 }],
      stores: [],
    })
  })

  it('tells all problems at once, each with its purpose', () => {
    const yaml = 'lms: [{ url: nowhere, clientSecret: "${LMS_SECRET}" }]\nstores: [{}, { revokeOn: [lost] }]'
    expect(complaint(yaml)).toBe(`seatkeeper.yaml has 4 problems:
  lms[0].url (base address of the Open edX LMS): Invalid URL
  lms[0].clientSecret (OAuth2 client secret): the variable LMS_SECRET is not set
  stores[0].revokeOn (order statuses that end access): is missing
  stores[1].revokeOn[0] (order statuses that end access): Invalid option: expected one of "refunded"|"cancelled"`)
  })

  it('counts one problem as one', () => {
    expect(complaint('lms: 3')).toBe(
      'seatkeeper.yaml has 1 problem:\n  lms: Invalid input: expected array, received number',
    )
  })

  it.each(['', '# nothing yet', 'lms:', 'lms: ""', 'lms: " "', 'lms: "${NONE:-}"'])(
    'counts the empty as missing: %j',
    (yaml) => {
      expect(complaint(yaml)).toBe('seatkeeper.yaml has 1 problem:\n  lms: is missing')
    },
  )

  it('replaces variables within text, and takes what stands for an unset one', () => {
    const yaml = 'lms: [{ url: "https://${HOST}/${PATH_:-api}", clientSecret: "${SECRET}" }]'
    expect(load(yaml, { HOST: 'lms.example.org', SECRET: '${HOST}-and-$&' })).toMatchObject({
      lms: [{ url: 'https://lms.example.org/api', clientSecret: '${HOST}-and-$&' }],
    })
  })

  it.each(['', '   '])('counts a variable that is set to %j as not set', (value) => {
    expect(
      complaint('lms: [{ url: "https://lms.example.org", clientSecret: "${LMS_SECRET}" }]', { LMS_SECRET: value }),
    ).toMatch('the variable LMS_SECRET is not set')
  })

  it('refuses a placeholder that names no variable', () => {
    expect(complaint('lms: [{ url: "https://lms.example.org", clientSecret: "${LMS-SECRET}" }]')).toMatch(
      'lms[0].clientSecret (OAuth2 client secret): between ${ and } must stand the name of a variable',
    )
  })

  it('reads a secret from a file without its last line break, relative to the configuration', () => {
    writeFileSync(join(folder, 'lms-secret'), 'from a file\n')
    expect(load('lms: [{ url: "https://lms.example.org", clientSecret: "file:lms-secret" }]')).toMatchObject({
      lms: [{ clientSecret: 'from a file' }],
    })
  })

  it('does not take a secret that looks like a path for one', () => {
    const yaml = 'lms: [{ url: "https://lms.example.org", clientSecret: "${SECRET}" }]'
    expect(load(yaml, { SECRET: 'file:/etc/hostname' })).toMatchObject({
      lms: [{ clientSecret: 'file:/etc/hostname' }],
    })
  })

  it.each([
    ['file:/nowhere/secret', 'the file /nowhere/secret does not exist'],
    ['file:/', 'the file / cannot be read'],
    ['file:/dev/null', 'the file /dev/null is empty'],
  ])('tells why %s gives nothing', (secret, why) => {
    expect(complaint(`lms: [{ url: "https://lms.example.org", clientSecret: "${secret}" }]`)).toMatch(why)
  })

  it('asks only for what the schema reads', () => {
    const Narrow = z.object({ port: z.int() })
    expect(load('port: 8080\nlms: [{ clientSecret: "${UNSET}", key: "file:/nowhere" }]', {}, Narrow)).toEqual({
      port: 8080,
    })
  })

  it.each([
    z.string(),
    z.coerce.string(),
    z.coerce.number(),
    z.object({}),
    z.array(z.string()),
    z.string().optional(),
    z.string().default('x'),
  ])('complains of an unset variable whatever the schema wants (%#)', (kind) => {
    expect(complaint('field: "${UNSET}"', {}, z.object({ field: kind }))).toMatch(
      'field: the variable UNSET is not set',
    )
  })

  it('looks into the alternative that fits', () => {
    const schema = z.object({
      secret: z.union([z.string(), z.array(z.string().min(3))]).describe('current and old secret'),
    })
    expect(complaint('secret: [abc, "${OLD}", x]', {}, schema)).toBe(`seatkeeper.yaml has 2 problems:
  secret[1] (current and old secret): the variable OLD is not set
  secret[2] (current and old secret): Too small: expected string to have >=3 characters`)
    expect(complaint('secret: 5', {}, schema)).toMatch('secret (current and old secret): Invalid input')
    expect(complaint('other: 5', {}, schema)).toMatch('secret (current and old secret): is missing')
  })

  it('names each setting that a strict schema does not know, and each bad name of a map', () => {
    const schema = z.strictObject({
      urls: z.record(z.string().regex(/^[a-z]+$/, 'use letters'), z.url()).describe('addresses'),
    })
    expect(complaint('urls: { A1: "https://example.org" }\nurl: x\nport: 1', {}, schema))
      .toBe(`seatkeeper.yaml has 3 problems:
  urls.A1 (addresses): is not a valid name: use letters
  url: is not a setting; is it misspelt?
  port: is not a setting; is it misspelt?`)
  })

  it('shows no value', () => {
    const canary = 'canary-7f3a'
    const text = [
      complaint(`lms: *${canary}`),
      complaint(`lms: [{ url: "${canary}", clientSecret: [${canary}], callsPerMinute: ${canary} }]\nstores: ${canary}`),
      complaint('lms: [{ url: "${A}", clientSecret: "${A}" }]', { A: canary.slice(0, 7) }),
      complaint(`lms: "${canary}`),
      complaint(`lms: ${canary}: ${canary}`),
      complaint(`lms: | ${canary}\n  x`),
      complaint(`lms: "\\q${canary}"`),
      complaint(`lms: {} ${canary}`),
    ]
    expect(text.join('\n')).not.toMatch('canary')
    expect(text.slice(3).join('\n')).toMatch(
      /^(seatkeeper\.yaml is not valid YAML: [^\n]+ \(line 1, column \d+\)\.\n?)+$/,
    )
  })

  it('names line and column of broken YAML in one sentence', () => {
    expect(complaint('lms:\n  - url: a\n   clientSecret: b')).toMatch(
      /^seatkeeper\.yaml is not valid YAML: [^\n]+ \(line 3, column \d+\)\.$/,
    )
  })

  it('survives YAML that unfolds without end', () => {
    const lines = ['a0: &a0 [x, x]', ...Array.from({ length: 20 }, (_, n) => `a${n + 1}: &a${n + 1} [*a${n}, *a${n}]`)]
    expect(complaint(lines.join('\n'))).toMatch('unfolds without end')
  })

  it('names a missing file and what to do', () => {
    expect(() => loadConfig(Config, { file: '/nowhere/seatkeeper.yaml', env: {} })).toThrow(
      new ConfigError(
        'There is no configuration file /nowhere/seatkeeper.yaml. Copy the sample seatkeeper.yaml there and fill it in.',
      ),
    )
    expect(() => loadConfig(Config, { file: folder, env: {} })).toThrow(
      `The configuration file ${folder} cannot be read.`,
    )
  })
})
