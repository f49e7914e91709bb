import { createHash, createSign, generateKeyPairSync, randomBytes, type KeyObject } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'

export const clientId = 'dashboard'
export const clientSecret = 'a secret of the dashboard'

/** What a test spoils in the provider's next answers. */
export interface Spoiling {
  /** Put into the ID token over what is right. */
  readonly claims?: object
  /** Signs with a key that is not published. */
  readonly withForeignKey?: boolean
  /** Takes another verifier for granted: what a provider does that was shown another challenge. */
  readonly otherChallenge?: boolean
}

/** An identity provider at work on this machine: OpenID Connect with real keys, and the ways of an LMS. */
export interface Provider {
  readonly issuer: string
  /** What it says of whoever logs in from now on. */
  person: Readonly<Record<string, unknown>>
  /** What is found by asking at its userinfo endpoint only. */
  info: Readonly<Record<string, unknown>>
  spoiling: Spoiling
  /** Requests to its token endpoint so far, as forms. */
  readonly grants: readonly URLSearchParams[]
  /** Does what a person does there: logs in and is led back. @returns the address that the browser is sent to. */
  visit(url: string): Promise<URL>
  close(): Promise<void>
}

interface Grant {
  readonly challenge: string
  readonly redirect: string
  readonly nonce: string | null
}

/** Starts a provider on a free port. It holds clients to what they are to do: secret, redirect, PKCE, each code once. */
export async function startProvider(): Promise<Provider> {
  const [published, foreign] = [newKeys(), newKeys()]
  const codes = new Map<string, Grant>()
  const grants: URLSearchParams[] = []
  const server = createServer((request, response) => void answer(request, response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const issuer = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
  const provider: Provider = {
    issuer,
    person: { sub: 'person-1', preferred_username: 'grace', roles: ['seatkeeper-operator'] },
    info: {},
    spoiling: {},
    grants,
    visit: async (url) => {
      const { headers } = await fetch(url, { redirect: 'manual' })
      return new URL(headers.get('location') ?? '')
    },
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '', issuer)
    const say = (body: unknown, status = 200) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    }
    if (url.pathname === '/.well-known/openid-configuration') return say(discoveryOf(issuer))
    if (url.pathname === '/jwks') return say({ keys: [published.jwk] })
    if (url.pathname === '/userinfo') return say({ sub: provider.person['sub'], ...provider.info })
    if (['/authorize', '/oauth2/authorize/'].includes(url.pathname)) {
      const code = randomBytes(16).toString('hex')
      const { searchParams: asked } = url
      const redirect = asked.get('redirect_uri') ?? ''
      codes.set(code, { challenge: asked.get('code_challenge') ?? '', redirect, nonce: asked.get('nonce') })
      const back = new URL(redirect)
      back.search = new URLSearchParams({ code, state: asked.get('state') ?? '', iss: issuer }).toString()
      response.writeHead(302, { location: back.href }).end()
      return
    }
    const form = new URLSearchParams(await text(request))
    grants.push(form)
    const grant = codes.get(form.get('code') ?? '')
    codes.delete(form.get('code') ?? '')
    if (grant === undefined || !isFor(grant, form, provider.spoiling)) return say({ error: 'invalid_grant' }, 400)
    if (url.pathname === '/oauth2/access_token')
      return say({ access_token: sign(published, { ...provider.person }), token_type: 'JWT', expires_in: 3600 })
    const seconds = Math.floor(Date.now() / 1000)
    const claims = { iss: issuer, aud: clientId, iat: seconds, exp: seconds + 60, nonce: grant.nonce }
    const key = provider.spoiling.withForeignKey ? foreign : published
    const idToken = sign(key, { ...claims, ...provider.person, ...provider.spoiling.claims })
    say({ access_token: 'opaque', token_type: 'bearer', expires_in: 60, id_token: idToken })
  }
  return provider
}

function discoveryOf(issuer: string): object {
  return {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    userinfo_endpoint: `${issuer}/userinfo`,
    jwks_uri: `${issuer}/jwks`,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    authorization_response_iss_parameter_supported: true,
  }
}

function isFor({ challenge, redirect }: Grant, form: URLSearchParams, { otherChallenge }: Spoiling): boolean {
  const shown = createHash('sha256')
    .update(form.get('code_verifier') ?? '')
    .digest('base64url')
  const expected = otherChallenge ? 'of-another-login' : challenge
  return shown === expected && form.get('redirect_uri') === redirect && form.get('client_secret') === clientSecret
}

interface Keys {
  readonly privateKey: KeyObject
  readonly jwk: object
}

function newKeys(): Keys {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return { privateKey, jwk: { ...publicKey.export({ format: 'jwk' }), kid: 'one', use: 'sig', alg: 'RS256' } }
}

function part(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

function sign({ privateKey }: Keys, claims: object): string {
  const body = `${part({ alg: 'RS256', kid: 'one' })}.${part(claims)}`
  return `${body}.${createSign('RSA-SHA256').update(body).sign(privateKey, 'base64url')}`
}
