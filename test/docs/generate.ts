/** `npm run docs`: writes the pages that are made from code. Tests beside this hold them current. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../command.ts'
import { configurationPage } from './configuration-page.ts'
import { failuresPage } from './failures-page.ts'
import { metricsPage } from './metrics-page.ts'

const docs = join(root, 'docs')
const sample = readFileSync(join(docs, 'seatkeeper.sample.yaml'), 'utf8')
const pages = {
  'failures.md': failuresPage(),
  'configuration.md': configurationPage(sample),
  'metrics.md': await metricsPage(),
}
for (const [name, text] of Object.entries(pages)) {
  writeFileSync(join(docs, name), text)
  console.log(`docs/${name} is current`)
}
