import { Settings, StartError } from '@seatkeeper/service'
import { z } from 'zod'
import { PasswordHash } from './login/password.ts'
import type { DashboardLogin } from './start-dashboard.ts'

const Address = z.url({ protocol: /^https?$/ }).transform((text) => text.replace(/\/$/, ''))

/** A list of conditions on claims, such as `roles=seatkeeper-admin, groups=staff`. */
const rules = (text: string) =>
  z
    .string()
    .default(text)
    .transform((list) =>
      list
        .split(',')
        .map((rule) => rule.trim())
        .filter((rule) => rule !== ''),
    )
    .pipe(z.array(z.string().regex(/^[^=]+=./, 'must be claim=value, comma separated')))

/** How people log in to the dashboard. */
export const LoginSettings = z.object({
  DASHBOARD_PASSWORD_HASH: PasswordHash.optional().describe(
    'hash of the one administrator’s password, as hash-password prints it',
  ),
  DASHBOARD_OIDC_ISSUER: Address.optional().describe('address of the identity provider'),
  DASHBOARD_OIDC_KIND: z
    .enum(['openid', 'openedx'])
    .default('openid')
    .describe('what the identity provider is: openid for OpenID Connect with discovery, openedx for an LMS'),
  DASHBOARD_OIDC_CLIENT_ID: z.string().optional().describe('client id of the dashboard at the identity provider'),
  DASHBOARD_OIDC_CLIENT_SECRET: z.string().optional().describe('client secret of the dashboard there'),
  DASHBOARD_OIDC_SCOPES: z.string().default('openid profile').describe('scopes that are asked for'),
  DASHBOARD_OIDC_NAME: z
    .string()
    .default('preferred_username')
    .describe('claim that names people in the record of what was done'),
  DASHBOARD_OIDC_VIEWER: rules('roles=seatkeeper-viewer').describe(
    'claims that make somebody a viewer: claim=value, comma separated; dots lead into claims',
  ),
  DASHBOARD_OIDC_OPERATOR: rules('roles=seatkeeper-operator').describe('the same for operators'),
  DASHBOARD_OIDC_ADMIN: rules('roles=seatkeeper-admin').describe('the same for administrators'),
  DASHBOARD_PUBLIC_URL: Address.optional().describe(
    'address at which browsers reach the dashboard; an identity provider leads back to /login/callback below it',
  ),
})

/** What the dashboard reads of the environment. */
export const DashboardSettings = Settings.pick({ REDIS_URL: true, REDIS_REPLICAS: true, LOG_LEVEL: true })
  .extend({
    DASHBOARD_HOST: z.string().default('127.0.0.1').describe('address to listen on; 0.0.0.0 in a container'),
    DASHBOARD_PORT: z.coerce.number().int().min(0).max(65_535).default(8090).describe('port of the dashboard'),
  })
  .extend(LoginSettings.shape)
export type DashboardSettings = z.output<typeof DashboardSettings>

/** How people log in by these settings. @throws StartError if an identity provider is only half described. */
export function loginOf(settings: z.output<typeof LoginSettings>): DashboardLogin {
  const { DASHBOARD_PASSWORD_HASH: passwordHash, DASHBOARD_OIDC_ISSUER: issuer } = settings
  if (issuer === undefined) return { passwordHash }
  return {
    passwordHash,
    signOn: {
      provider: {
        kind: settings.DASHBOARD_OIDC_KIND,
        issuer: safe('DASHBOARD_OIDC_ISSUER', issuer),
        clientId: needed(settings, 'DASHBOARD_OIDC_CLIENT_ID'),
        clientSecret: needed(settings, 'DASHBOARD_OIDC_CLIENT_SECRET'),
        scopes: settings.DASHBOARD_OIDC_SCOPES,
      },
      roles: {
        viewer: settings.DASHBOARD_OIDC_VIEWER,
        operator: settings.DASHBOARD_OIDC_OPERATOR,
        admin: settings.DASHBOARD_OIDC_ADMIN,
      },
      nameClaim: settings.DASHBOARD_OIDC_NAME,
      publicUrl: new URL(safe('DASHBOARD_PUBLIC_URL', needed(settings, 'DASHBOARD_PUBLIC_URL'))).origin,
    },
  }
}

function needed(
  settings: z.output<typeof LoginSettings>,
  name: 'DASHBOARD_OIDC_CLIENT_ID' | 'DASHBOARD_OIDC_CLIENT_SECRET' | 'DASHBOARD_PUBLIC_URL',
): string {
  const value = settings[name]
  if (value === undefined) throw new StartError(`${name} is not set, but DASHBOARD_OIDC_ISSUER is.`)
  return value
}

/** Plain http only to this machine: codes, tokens and sessions travel there. */
function safe(name: string, address: string): string {
  const { protocol, hostname } = new URL(address)
  const isLoopback = hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.')
  if (protocol === 'http:' && !isLoopback) throw new StartError(`${name} must begin with https.`)
  return address
}
