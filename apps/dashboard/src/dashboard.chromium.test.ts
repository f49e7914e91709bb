import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import type { Page } from 'playwright-core'
import { colourRules, violationsOf } from './axe.fixture.ts'
import { chromiumPath, hasChromium, openChromium, type Browser } from './chromium.fixture.ts'
import { playADay, workOffMended } from './day.fixture.ts'
import { password, startScene, type Scene } from './scene.fixture.ts'

const why = `there is no ${chromiumPath} (on Debian: apt install chromium)`
if (!hasChromium) console.warn(`The dashboard is not opened in a browser: ${why}`)
const describeInBrowser = hasChromium ? describe : describe.skip

/** With `SCREENSHOTS=1` the pictures of the documentation are taken anew. */
const pictures =
  process.env['SCREENSHOTS'] === '1' ? fileURLToPath(new URL('../../../docs/screenshots/', import.meta.url)) : undefined

// A browser on a busy machine.
jest.setTimeout(180_000)

let scene: Scene
let browser: Browser
let page: Page
let item: string

async function picture(name: string, fullPage = true): Promise<void> {
  if (pictures === undefined) return
  mkdirSync(pictures, { recursive: true })
  await page.screenshot({ path: `${pictures}${name}.png`, fullPage })
}

/** Every kind of page of ours, by address. */
function places(): readonly string[] {
  const named = [
    `/items/${item}`,
    '/items/order-shop-1048',
    `/items/${item}/decide`,
    `/dead-letters/replay?item=${item}`,
  ]
  const course = `/courses/campus/${encodeURIComponent('course-v1:DemoU+HIST110+2026')}`
  return [
    '/',
    '/dead-letters',
    '/dead-letters/discard',
    '/record',
    '/open-seats',
    '/seats/new',
    '/lanes/enroll.campus',
    course,
    '/nothing',
    ...named,
  ]
}

async function look(words: string): Promise<void> {
  await page.getByRole('search').getByRole('searchbox').fill(words)
  const found = page.waitForEvent('load')
  await page.keyboard.press('Enter')
  await found
}

describeInBrowser(hasChromium ? 'the dashboard in Chromium' : `the dashboard in Chromium, skipped: ${why}`, () => {
  beforeAll(async () => {
    scene = await startScene()
    item = await playADay(scene)
    browser = await openChromium()
    page = browser.page
  })
  afterAll(async () => {
    await browser.close()
    await scene.close()
  })

  it('asks for the password, and takes no wrong one', async () => {
    await page.goto(`${scene.url}/dead-letters`)
    expect(await violationsOf(page)).toEqual([])
    await picture('login', false)
    await page.getByLabel('Password').fill('quiet otters')
    await page.getByRole('button', { name: 'Log in' }).click()
    expect(await page.getByRole('alert').textContent()).toBe('That is not the password.')
    expect(browser.complaints()).toEqual([expect.stringContaining('401 (Unauthorized)')])
  })

  it('goes on to where one wanted to go', async () => {
    await page.getByLabel('Password').fill(password)
    await page.getByRole('button', { name: 'Log in' }).click()
    await page.waitForURL('**/dead-letters')
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Dead letters')
    expect(await page.getByRole('row').count()).toBe(1 + 3)
    await picture('dead-letter', false)
  })

  it('counts everything and shows every lane', async () => {
    await page.getByRole('link', { name: 'Overview' }).click()
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('3 items need a decision')
    expect(await page.getByRole('row', { name: /^enroll\.academy throttled/ }).count()).toBe(1)
    await picture('home')
  })

  it('is free of grave barriers on every page, in light and dark', async () => {
    for (const path of places()) {
      await page.goto(scene.url + path)
      expect([path, await violationsOf(page)]).toEqual([path, []])
      await page.emulateMedia({ colorScheme: 'dark' })
      expect([path, 'dark', await violationsOf(page, colourRules)]).toEqual([path, 'dark', []])
      await page.emulateMedia({ colorScheme: null })
    }
    browser.complaints()
  })

  it('answers why somebody is not in a course, by keyboard alone', async () => {
    await page.goto(scene.url)
    await page.waitForFunction('document.activeElement.name === "words"')
    await page.keyboard.type('1048')
    await page.keyboard.press('Enter')
    await page.waitForURL('**/items/order-shop-1048')
    const answer = await page.getByRole('region', { name: 'Answer' }).textContent()
    expect(answer).toContain('LMS_COURSE_UNKNOWN')
    expect(answer).toContain('Correct the product’s course key, then replay.')
    expect(answer).toContain('ada.canary+1048@example.org')
    expect(await page.getByRole('listitem').filter({ hasText: 'Gave up' }).count()).toBe(2)
    await picture('order')
    await page.getByRole('link', { name: 'course-v1:DemoU+CS10+2026' }).focus()
    await page.keyboard.press('Enter')
    await page.waitForURL(`**/items/${item}`)
    await page.emulateMedia({ colorScheme: 'dark' })
    await picture('seat')
    await page.emulateMedia({ colorScheme: null })
  })

  it('finds somebody by address, and names the address in no URL', async () => {
    await look('ada.canary+1048@example.org')
    expect(await page.getByRole('region', { name: 'Answer' }).textContent()).toContain('Not enrolled')
    expect(browser.asked.filter((url) => url.includes('canary'))).toEqual([])
  })

  it('shows what a replay would do, does it, and the seat is there', async () => {
    await page.goto(`${scene.url}/items/order-shop-1048`)
    await page.getByRole('link', { name: 'Replay …' }).click()
    expect(await page.getByRole('main').textContent()).toContain('Each is tried again from the start')
    await picture('replay', false)
    await page.getByRole('button', { name: 'Replay it' }).click()
    await page.waitForURL(`**/items/${item}`)
    expect(await page.getByRole('region', { name: 'Answer' }).textContent()).toContain('Being done')
    await workOffMended(scene)
    await page.reload()
    expect(await page.getByRole('region', { name: 'Answer' }).textContent()).toContain('Enrolled as verified')
    await page.goto(`${scene.url}/record`)
    expect(await page.getByRole('row').nth(1).textContent()).toMatch(/admin\s+replay/)
    await picture('record', false)
  })

  it('has an order read again, however well it stands', async () => {
    await page.goto(`${scene.url}/items/order-shop-1048`)
    const reading = page.getByRole('listitem').filter({ hasText: 'Word came that it changed operator' })
    expect(await reading.count()).toBe(0)
    await page.getByRole('button', { name: 'Read again' }).click()
    await page.waitForURL('**/items/order-shop-1048')
    await reading.waitFor()
  })

  it('denies a seat over the shops’ heads', async () => {
    await page.goto(`${scene.url}/items/${item}`)
    await page.getByRole('link', { name: 'Decide over the shops’ heads' }).click()
    await page.getByLabel('Deny').check()
    await page.getByLabel('Why').fill('broke the rules')
    await page.getByRole('button', { name: 'Decide' }).click()
    await page.waitForURL(`**/items/${item}`)
    expect(await page.getByRole('main').textContent()).toMatch(/denied\s+by admin/)
  })

  it('grants a seat to somebody who bought nothing', async () => {
    await page.goto(scene.url)
    await page.getByRole('link', { name: 'Grant or deny a seat …' }).click()
    await page.getByLabel('Grant', { exact: false }).first().check()
    await page.getByLabel('E-mail address of the learner').fill('grace.canary@example.org')
    await page.getByLabel('LMS').selectOption('campus')
    await page.getByLabel('Course run').fill('course-v1:DemoU+STAT200+2026')
    await page.getByLabel('Why').fill('won a prize')
    await page.getByRole('button', { name: 'Decide' }).click()
    await page.waitForURL('**/items/seat-*')
    expect(await page.getByRole('main').textContent()).toMatch(/grace\.canary@example\.org.*granted\s+by admin/s)
  })

  it('opens Bull Board, which can change nothing', async () => {
    await page.getByRole('link', { name: 'Queues' }).click()
    await page.getByRole('main').getByText('enroll.campus').first().waitFor()
    await picture('queues', false)
    await page.goto(`${scene.url}/queues/queue/enroll.campus`)
    await page.getByText('enroll-seat').first().waitFor()
    for (const name of [/retry/i, /clean/i, /promote/i, /add job/i, /obliterate/i, /pause/i])
      expect([name, await page.getByRole('button', { name }).count()]).toEqual([name, 0])
    await page.getByRole('banner').getByRole('button').last().click()
    expect(await page.getByRole('menuitem', { name: 'Seatkeeper' }).getAttribute('href')).toBe('/')
  })

  it('shows a dead letter with its code and advice, and leads to what it is about', async () => {
    const [dead] = await scene.ledger.dead({ code: failed })
    const id = dead?.item.kind === 'seat' ? `seat-${dead.item.seat}` : ''
    await page.goto(`${scene.url}/queues/queue/dead-letter/dead-${id}-g${dead?.generation}`)
    const about = page.getByRole('link', { name: 'What this is about' })
    await about.waitFor()
    const letter = await page.getByRole('main').textContent()
    expect(letter).toContain(failed)
    expect(letter).toContain('Add the mode or sell another, then replay.')
    expect(await about.getAttribute('href')).toBe(`/items/${id}`)
  })

  it('fits on a phone', async () => {
    await page.setViewportSize({ width: 360, height: 740 })
    for (const path of places()) {
      await page.goto(scene.url + path)
      const tooWide = await page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth')
      expect([path, tooWide]).toEqual([path, false])
    }
    await page.goto(`${scene.url}/items/order-shop-1046`)
    await picture('phone', false)
    browser.complaints()
  })

  it('logs out', async () => {
    await page.getByRole('button', { name: 'Log out' }).click()
    await page.waitForURL('**/login')
    await page.goto(scene.url)
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Log in')
  })

  it('asked nobody else for anything, and nothing went wrong', () => {
    const own = browser.asked.filter((url) => url.startsWith(`${scene.url}/`))
    expect(own.length).toBeGreaterThan(20)
    expect(browser.asked.filter((url) => !own.includes(url) && !url.startsWith('data:'))).toEqual([])
    expect(browser.complaints()).toEqual([])
  })
})

const failed = 'LMS_MODE_UNAVAILABLE'
