import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { root } from '../command.ts'
import { metricsPage } from './metrics-page.ts'

describe('docs/metrics.md', () => {
  it('is what npm run docs would write', async () => {
    expect(readFileSync(join(root, 'docs/metrics.md'), 'utf8')).toBe(await metricsPage())
  })
})
