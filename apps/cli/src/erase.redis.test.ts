import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { openDesk, type Desk } from './desk.fixture.ts'

let desk: Desk
let folder: string
let seat: string

beforeAll(async () => {
  desk = await openDesk()
  folder = mkdtempSync(join(tmpdir(), 'seatkeeper-erase-'))
  writeFileSync(join(folder, 'with.yaml'), `erasure: { keys: ['${'k'.repeat(32)}'] }`)
  writeFileSync(join(folder, 'without.yaml'), 'stores: []')
})
afterAll(async () => {
  rmSync(folder, { recursive: true })
  await desk.close()
})
beforeEach(async () => {
  await desk.empty()
  seat = await desk.sell()
})

const erase = (...args: readonly string[]) => desk.withConfig(join(folder, 'with.yaml'), 'erase', ...args)

describe('seatkeeper erase', () => {
  it('says how much it would be, and changes nothing', async () => {
    expect(await erase('Ada@Example.org', '--dry-run')).toBe(
      'Would forget 1 address, 1 seats, 1 orders that claim them.',
    )
    expect(await desk.ledger.itemStatus(seat)).toBeDefined()
  })

  it('erases nothing without a yes', async () => {
    await expect(erase('ada@example.org')).rejects.toThrow(/^Nobody is there to be asked\. /)
    expect(await desk.ledger.itemStatus(seat)).toBeDefined()
  })

  it('forgets, says so, and keeps who did it, but not whom', async () => {
    await desk.fail(seat, 'LMS_COURSE_UNKNOWN')
    expect(await erase('ada@example.org', '--yes', '--by', 'olga')).toMatch(
      /^Forgot 1 address, 1 seats, 1 orders .*\nRedis has written its files anew/,
    )
    expect(await desk.ledger.itemStatus(seat)).toBeUndefined()
    expect(await desk.seatkeeper('dead-letter', 'list')).toBe('There are no dead letters.')
    const log = await desk.seatkeeper('operator-log', 'list')
    expect(log).toMatch(/olga +erase +a learner +seats: 1, left as they are at the LMS/)
    expect(log).not.toContain('ada@')
  })

  it('refuses what is no address, and a configuration without a key', async () => {
    await expect(erase('ada', '--yes')).rejects.toThrow('This is not an e-mail address.')
    const keyless = desk.withConfig(join(folder, 'without.yaml'), 'erase', 'ada@example.org', '--yes')
    await expect(keyless).rejects.toThrow(/has no erasure\.keys/)
  })
})
