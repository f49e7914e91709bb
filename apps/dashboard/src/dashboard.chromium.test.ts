import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { Page } from 'playwright-core'
import { chromiumPath, hasChromium, openChromium, type Browser } from './chromium.fixture.ts'
import { playADay } from './day.fixture.ts'
import { password, startScene, type Scene } from './scene.fixture.ts'

const why = `there is no ${chromiumPath} (on Debian: apt install chromium)`
if (!hasChromium) console.warn(`The dashboard is not opened in a browser: ${why}`)
const describeInBrowser = hasChromium ? describe : describe.skip

/** With `SCREENSHOTS=1` the pictures of the documentation are taken anew. */
const pictures =
  process.env['SCREENSHOTS'] === '1' ? fileURLToPath(new URL('../../../docs/screenshots/', import.meta.url)) : undefined

let scene: Scene
let browser: Browser
let page: Page
let item: string

async function picture(name: string): Promise<void> {
  if (pictures === undefined) return
  mkdirSync(pictures, { recursive: true })
  await page.screenshot({ path: `${pictures}${name}.png`, fullPage: name === 'item' })
}

describeInBrowser(hasChromium ? 'the dashboard in Chromium' : `the dashboard in Chromium, skipped: ${why}`, () => {
  beforeAll(async () => {
    scene = await startScene()
    item = await playADay(scene)
    browser = await openChromium()
    page = browser.page
  }, 60_000)
  afterAll(async () => {
    await browser.close()
    await scene.close()
  })

  it('asks for the password, and takes no wrong one', async () => {
    await page.goto(`${scene.url}/dead-letters`)
    await picture('login')
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
    await picture('dead-letter')
  })

  it('counts everything and shows every lane', async () => {
    await page.getByRole('link', { name: 'Overview' }).click()
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('3 items need a decision')
    expect(await page.getByRole('row', { name: /^enroll\.academy throttled/ }).count()).toBe(1)
    await picture('home')
  })

  it('opens Bull Board, which can change nothing', async () => {
    await page.getByRole('link', { name: 'Queues' }).click()
    await page.getByRole('main').getByText('enroll.campus').first().waitFor()
    await picture('queues')
    await page.goto(`${scene.url}/queues/queue/enroll.campus`)
    await page.getByText('enroll-seat').first().waitFor()
    for (const name of [/retry/i, /clean/i, /promote/i, /add job/i, /obliterate/i, /pause/i])
      expect([name, await page.getByRole('button', { name }).count()]).toEqual([name, 0])
  })

  it('shows a dead letter with its code and advice, and leads to what it is about', async () => {
    await page.goto(`${scene.url}/queues/queue/dead-letter/dead-${item}-g2`)
    const about = page.getByRole('link', { name: 'What this is about' })
    await about.waitFor()
    const letter = await page.getByRole('main').textContent()
    expect(letter).toContain('LMS_COURSE_UNKNOWN')
    expect(letter).toContain('Correct the product’s course key, then replay.')
    expect(await about.getAttribute('href')).toBe(`/items/${item}`)
  })

  it('says on the page of the item what to do about it', async () => {
    await page.emulateMedia({ colorScheme: 'dark' })
    await page.goto(`${scene.url}/dead-letters`)
    await page.getByRole('link', { name: item }).click()
    const failure = page.getByRole('region', { name: 'Failure' })
    expect(await failure.textContent()).toContain('LMS_COURSE_UNKNOWN')
    expect(await failure.textContent()).toContain('Correct the product’s course key, then replay.')
    await picture('item')
    await page.emulateMedia({ colorScheme: null })
  })

  it('fits on a phone', async () => {
    await page.setViewportSize({ width: 360, height: 740 })
    for (const path of ['/', '/dead-letters', `/items/${item}`]) {
      await page.goto(scene.url + path)
      const tooWide = await page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth')
      expect([path, tooWide]).toEqual([path, false])
    }
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
