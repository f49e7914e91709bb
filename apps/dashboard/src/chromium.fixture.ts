import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type Page } from 'playwright-core'

/** Debian's browser; nothing is downloaded for these tests. */
export const chromiumPath = '/usr/bin/chromium'
export const hasChromium = existsSync(chromiumPath)

const quiet =
  '--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync'.split(
    ' ',
  )

/** A browser with a new, empty profile, and what a person would not see of it. */
export interface Browser {
  readonly page: Page
  /** Errors and warnings in the console, and scripts that threw, since it was last asked. */
  complaints(): readonly string[]
  /** Every address that was asked for. */
  readonly asked: readonly string[]
  close(): Promise<void>
}

export async function openChromium(): Promise<Browser> {
  const profile = await mkdtemp(join(tmpdir(), 'seatkeeper-chromium-'))
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: chromiumPath,
    args: quiet,
    viewport: { width: 1100, height: 720 },
  })
  const page = context.pages()[0] ?? (await context.newPage())
  const complaints: string[] = []
  const asked: string[] = []
  context.on('request', (request) => asked.push(request.url()))
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(`${message.text()} (${message.location().url})`)
  })
  return {
    page,
    complaints: () => complaints.splice(0),
    asked,
    close: async () => {
      await context.close()
      await rm(profile, { recursive: true, force: true })
    },
  }
}
