import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { json, page, type Answer, type Call } from './http.ts'
import { findByUsername, type LmsOAuthApp, type LmsState, type LmsUser } from './state.ts'

/** Who a token speaks for. */
export interface Identity {
  readonly user: LmsUser
  /** Restricted applications get tokens that no API takes. */
  readonly restricted: boolean
}

const opaqueLifetimeSeconds = 36_000
const scopes = ['read', 'write', 'email', 'profile']
const knownGrants = new Set(['client_credentials', 'password', 'authorization_code', 'refresh_token'])

/**
 * Answers `POST /oauth2/access_token`; a body in JSON counts as none.
 *
 * @see edx-platform, `openedx/core/djangoapps/oauth_dispatch/views.py`, `AccessTokenView`
 */
export function issueToken(lms: LmsState, call: Call): Answer {
  const form = readForm(call)
  const grant = form.get('grant_type') ?? ''
  if (!knownGrants.has(grant)) return json(400, { error: 'unsupported_grant_type' })
  const app = authenticateApp(lms, call, form)
  if (app === undefined) {
    return json(401, { error: 'invalid_client' }, { 'www-authenticate': 'Bearer error="invalid_client"' })
  }
  if (app.grant !== grant || grant !== 'client_credentials') return json(400, { error: 'unauthorized_client' })
  const asked = (form.get('scope') ?? '').split(' ').filter((scope) => scope !== '')
  if (asked.some((scope) => !scopes.includes(scope))) return json(400, { error: 'invalid_scope' })
  const type = form.get('token_type') ?? String(call.headers['x-token-type'] ?? '')
  return answerWith(lms, app, asked.length > 0 ? asked : scopes, type.toLowerCase() === 'jwt')
}

/** Undefined for a token that is forged, expired or of somebody who is gone: nobody can tell these apart. */
export function readJwt(lms: LmsState, token: string): Identity | undefined {
  const [header = '', payload = '', signature = ''] = token.split('.')
  const expected = Buffer.from(sign(lms, `${header}.${payload}`))
  const given = Buffer.from(signature)
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined
  const claims: { exp: number; preferred_username: string; is_restricted: boolean } = JSON.parse(
    Buffer.from(payload, 'base64url').toString(),
  )
  if (claims.exp * 1000 <= lms.nowMs()) return undefined
  const user = findByUsername(lms, claims.preferred_username)
  return user && { user, restricted: claims.is_restricted }
}

/** A new key for JWTs; those signed with another are invalid. */
export function newSigningKey(): string {
  return randomBytes(32).toString('hex')
}

function readForm({ headers, body }: Call): URLSearchParams {
  const isForm = String(headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded')
  return new URLSearchParams(isForm ? body : '')
}

function authenticateApp(lms: LmsState, { headers }: Call, form: URLSearchParams): LmsOAuthApp | undefined {
  const [scheme, encoded = ''] = String(headers['authorization'] ?? '').split(' ')
  const [basicId = '', basicSecret = ''] = Buffer.from(encoded, 'base64').toString().split(/:(.*)/s).map(unquote)
  const isBasic = scheme?.toLowerCase() === 'basic'
  const app = lms.apps.get(isBasic ? basicId : (form.get('client_id') ?? ''))
  const secret = isBasic ? basicSecret : form.get('client_secret')
  return app?.clientSecret === secret ? app : undefined
}

function unquote(text: string): string {
  return new URLSearchParams(`x=${text.replaceAll('&', '%26')}`).get('x') ?? ''
}

function answerWith(lms: LmsState, app: LmsOAuthApp, granted: readonly string[], wantsJwt: boolean): Answer {
  const user = app.username === null ? undefined : findByUsername(lms, app.username)
  if (user === undefined) return page(500)
  const issued = wantsJwt ? issueJwt(lms, app, user, granted) : issueOpaque(lms, app, user)
  return json(200, { ...issued, scope: granted.join(' ') }, { 'cache-control': 'no-store', pragma: 'no-cache' })
}

function issueJwt(lms: LmsState, { clientId, restricted }: LmsOAuthApp, user: LmsUser, granted: readonly string[]) {
  const iat = Math.floor(lms.nowMs() / 1000)
  const expiresIn = lms.settings.tokenLifetimeSeconds
  const claims = {
    aud: clientId,
    exp: iat + expiresIn,
    iat,
    iss: `${lms.url}/oauth2`,
    grant_type: 'client-credentials',
    preferred_username: user.username,
    scopes: granted,
    version: '1.2.0',
    sub: createHash('md5').update(`${lms.signingKey}${user.id}`).digest('hex'),
    filters: [],
    is_restricted: restricted,
    email_verified: user.isActive,
    email: user.email,
    name: user.username,
    administrator: user.isStaff,
    superuser: false,
  }
  const unsigned = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claims)}`
  return { access_token: `${unsigned}.${sign(lms, unsigned)}`, expires_in: expiresIn, token_type: 'JWT' }
}

/** Tokens of restricted applications expired in 1970. */
function issueOpaque(lms: LmsState, { restricted }: LmsOAuthApp, user: LmsUser) {
  const now = lms.nowMs()
  const expiresAtMs = restricted ? 0 : now + opaqueLifetimeSeconds * 1000
  const token = randomBytes(15).toString('hex')
  lms.opaqueTokens.set(token, { user, restricted, expiresAtMs })
  return { access_token: token, expires_in: Math.floor((expiresAtMs - now) / 1000), token_type: 'Bearer' }
}

function encode(part: unknown): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url')
}

function sign({ signingKey }: LmsState, unsigned: string): string {
  return createHmac('sha256', signingKey).update(unsigned).digest('base64url')
}
