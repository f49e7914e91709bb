import { DashboardSettings } from '@seatkeeper/dashboard'
import { LedgerConfig } from '@seatkeeper/ledger'
import { LmsConfig } from '@seatkeeper/openedx'
import { describeSchema, Settings, type ConfigRow } from '@seatkeeper/service'
import { StoreEntry } from '@seatkeeper/woocommerce'
import { markdownPage, markdownTable } from './markdown.ts'

/** `docs/configuration.md`: every setting there is, read from the schemas, and a whole sample file. */
export function configurationPage(sample: string): string {
  return markdownPage(
    '# Configuration',
    introduction,
    '## seatkeeper.yaml: each entry of `stores`',
    settingsTable(describeSchema(StoreEntry)),
    '## seatkeeper.yaml: each entry of `lms`',
    settingsTable(describeSchema(LmsConfig)),
    '## seatkeeper.yaml: everything else',
    settingsTable(describeSchema(LedgerConfig)),
    '## A whole sample',
    'This is [seatkeeper.sample.yaml](seatkeeper.sample.yaml): every setting, the optional ones with their defaults.',
    `\`\`\`yaml\n${sample.trimEnd()}\n\`\`\``,
    '## Environment of ingress and worker',
    'The worker serves no webhooks, so it does not use `PORT`. [What traces are](operations.md#traces).',
    settingsTable(describeSchema(Settings)),
    '## Environment of the dashboard',
    settingsTable(describeSchema(DashboardSettings)),
    '## Environment of the others',
    others,
  )
}

const introduction = `What is the same for every process stands in one YAML file; what differs from process to process comes by the
environment. In the file, \`\${NAME}\` is replaced by that variable, \`\${NAME:-otherwise}\` falls back, and a value
\`file:/path\` is read from that file (relative paths start at the YAML file's folder). What is empty counts as missing.
Each process reads only the settings, and so needs only the secrets, of its own work. \`seatkeeper config check\` reads
all of it and names every problem at once; no message shows a value.`

const others = `\`npm start\` reads \`HOST\`, \`PORT\`, \`HEALTH_PORT\`, \`LOG_LEVEL\`, \`REDIS_APPENDFSYNC\`, \`REDIS_ACCEPTED\`, \`REDIS_REPLICAS\`, \`REDIS_WATERMARK\`,
\`DASHBOARD_PORT\`, \`DASHBOARD_PASSWORD_HASH\` and the \`OTEL_…\` settings; its dashboard listens on \`HOST\` too. With \`REDIS_URL\` it uses that
Redis, else a private one. The \`seatkeeper\` command reads \`REDIS_URL\`, \`REDIS_REPLICAS\` and, for \`config check\`, \`SEATKEEPER_CONFIG\`.`

function settingsTable(rows: readonly ConfigRow[]): string {
  const partsOf = ({ path }: ConfigRow) => rows.filter((other) => other.path.startsWith(`${path}.`))
  // A setting that is a word or else has parts: the word is its default, and no part must be set.
  const alternatives = rows.filter((row) => row.default?.startsWith('"') === true && partsOf(row).length > 0)
  const alternativeParts = new Set(alternatives.flatMap(partsOf))
  return markdownTable(
    ['setting', 'what it is', 'default'],
    rows
      .filter((row) => partsOf(row).length === 0 || alternatives.includes(row))
      .map((row) => [
        `\`${row.path}\``,
        row.unit === null ? row.purpose : `${row.purpose}, ${row.unit}`,
        row.required && !alternativeParts.has(row) ? 'must be set' : defaultOf(row),
      ]),
  )
}

function defaultOf({ default: json }: ConfigRow): string {
  const plain = json?.replace(/^"(.*)"$/, '$1') ?? ''
  return plain === '' ? 'none' : `\`${plain}\``
}
