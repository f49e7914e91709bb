import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { AdoptedOrder } from '@seatkeeper/fulfilment'
import { startPluginShop, type LeftBehind, type PluginShop } from './plugin-shop.fixture.ts'

let plugin: PluginShop
/** Orders by what the other integration left of them; the refunded ones apart. */
const sold: Record<string, number[]> = {}

beforeAll(async () => {
  plugin = await startPluginShop()
  sell('given', 20, 'active')
  sell('ended', 4, 'ended', true)
  sell('forgotten', 3, 'no row')
  sell('kept', 2, 'active', true)
  sell('strangers', 1, 'no account')
})
afterAll(() => plugin.stop())

function sell(name: string, count: number, left: LeftBehind, isRefunded = false) {
  sold[name] = Array.from({ length: count }, () => plugin.sell(left))
  if (isRefunded) sold[name].forEach((order) => plugin.refund(order))
}

const firstOf = (name: string) => sold[name]?.[0] ?? 0

/** The table without its heading, by order. */
function rowsOf(text: string): ReadonlyMap<string, string> {
  const rows = text.split('\n').filter((line) => /^\d+ /.test(line) && line.includes('course-v1:'))
  return new Map(rows.map((row) => [row.split(' ')[0] ?? '', row.replaceAll(/ +/g, ' ').trim()]))
}

describe('seatkeeper adopt', () => {
  it('shows in a dry run what is right and what would change, names nobody, and changes nothing', async () => {
    const before = await plugin.dump()
    const text = await plugin.seatkeeper('adopt', '--store', 'shop', '--apply', '--dry-run')
    const rows = rowsOf(text)
    expect(rows.size).toBe(30)
    expect(rows.get(String(firstOf('given')))).toMatch(/ campus verified verified right adopted$/)
    expect(rows.get(String(firstOf('ended')))).toMatch(/ campus none none right adopted$/)
    expect(rows.get(String(firstOf('forgotten')))).toMatch(/ campus verified none would enrol adopted$/)
    expect(rows.get(String(firstOf('kept')))).toMatch(/ campus none verified would end adopted$/)
    expect(rows.get(String(firstOf('strangers')))).toMatch(/ campus verified none no account adopted$/)
    expect(text).toContain('30 of 30 orders would be adopted, 0 left alone.')
    expect(text).not.toMatch(/learner|@/)
    expect(await plugin.dump()).toEqual(before)
    expect(plugin.writes()).toEqual([])
  })

  it('adopts what matches and leaves the rest', async () => {
    const text = await plugin.seatkeeper('adopt', '--store', 'shop')
    expect(text).toContain('24 of 30 orders are adopted, 6 left alone.')
    for (const order of Object.values(sold).flat()) await plugin.settle(order)
    expect(plugin.writes()).toEqual([])
    expect(await plugin.ledger.conservation()).toMatchObject({ due: 0, waiting: 0, dead: 0 })
  })

  it('ends an adopted seat when its order is refunded, once', async () => {
    plugin.refund(firstOf('given'))
    await plugin.hear(firstOf('given'))
    expect(plugin.held(firstOf('given'))).toMatchObject({ isActive: false, mode: 'verified' })
    expect(plugin.writes()).toHaveLength(1)
  })

  it('leaves an older order alone that was not adopted', async () => {
    plugin.refund(firstOf('forgotten'))
    await plugin.hear(firstOf('forgotten'))
    await plugin.hear(firstOf('kept'))
    expect(plugin.held(firstOf('kept'))).toMatchObject({ isActive: true })
    expect(plugin.writes()).toHaveLength(1)
  })

  it('says the same for programs', async () => {
    const text = await plugin.seatkeeper('adopt', '--store', 'shop', '--dry-run', '--json')
    const { dryRun, orders } = JSON.parse(text) as { dryRun: boolean; orders: readonly AdoptedOrder[] }
    expect(dryRun).toBe(true)
    expect(orders.filter(({ outcome }) => outcome === 'left')).toHaveLength(5)
    expect(orders.find(({ order }) => order === String(firstOf('kept')))).toMatchObject({
      status: 'refunded',
      outcome: 'left',
      claims: [{ found: { isActive: true, mode: 'verified' }, verdict: 'would end' }],
    })
    expect(text).not.toMatch(/learner|@/)
  })

  it('looks only at orders modified since', async () => {
    const text = await plugin.seatkeeper('adopt', '--store', 'shop', '--dry-run', '--since', '2999-01-01')
    expect(text).toBe('0 orders, none of which sells a course.')
  })

  it('waits when the LMS limits its calls', async () => {
    plugin.faults.add({ kind: 'throttle-429', retryAfterSeconds: 1, route: 'any', times: 1 })
    expect(await plugin.seatkeeper('adopt', '--store', 'shop', '--dry-run')).toContain('25 of 30 orders')
  })

  it('says in one sentence what keeps the LMS from answering', async () => {
    const remove = plugin.faults.add({ kind: 'status', status: 503, route: 'any' })
    await expect(plugin.seatkeeper('adopt', '--store', 'shop')).rejects.toThrow(
      /^LMS_UNREACHABLE: The LMS does not answer/,
    )
    remove()
  })

  it('says in one sentence that there is no such store', async () => {
    await expect(plugin.seatkeeper('adopt', '--store', 'other')).rejects.toThrow(/^No store other is configured in /)
  })
})
