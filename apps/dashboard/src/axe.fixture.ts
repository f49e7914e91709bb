import axe, { type AxeResults } from 'axe-core'
import type { Page } from 'playwright-core'

/** What is wrong with a page for people who use it otherwise than by eye and mouse: rules of WCAG 2.2 AA, the grave ones. */
export async function violationsOf(page: Page, rules: readonly string[] = all): Promise<readonly string[]> {
  await page.evaluate(axe.source)
  const { violations } = await page.evaluate<AxeResults>(
    `axe.run(document, ${JSON.stringify({ runOnly: [...rules] })})`,
  )
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`))
}

const all = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

/** What another colour scheme can change. */
export const colourRules = ['color-contrast']
