import * as oauth from 'openid-client'
import type { Claims } from './claims.ts'

/** What a login was begun with, to be held against what comes back. */
export interface LoginChecks {
  readonly state: string
  readonly nonce: string
  /** Of PKCE; whoever only sees the code can do nothing with it. */
  readonly verifier: string
}

/** Somebody else who knows who people are. */
export interface IdentityProvider {
  /** Where to send the browser, and what to remember. @throws if the provider does not answer. */
  begin(callback: string): Promise<LoginChecks & { readonly url: URL }>
  /**
   * What the provider says of whoever came back. @throws if anything does not fit.
   *
   * @param answered the address that the browser came back to.
   */
  finish(answered: URL, checks: LoginChecks): Promise<Claims>
}

export interface ProviderConfig {
  /** `openid` finds everything by discovery; `openedx` is an LMS, which speaks OAuth2 and no OpenID Connect. */
  readonly kind: 'openid' | 'openedx'
  /** The provider's own address. */
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
  readonly scopes: string
}

const answerSeconds = 10

/** The provider that is configured. Nothing is asked of it before somebody logs in. */
export function createProvider(config: ProviderConfig): IdentityProvider {
  return config.kind === 'openid' ? openIdProvider(config) : openedxProvider(config)
}

/** Any provider of OpenID Connect. Its ID tokens are checked against its published keys, besides coming from it by TLS. */
function openIdProvider(config: ProviderConfig): IdentityProvider {
  let found: Promise<oauth.Configuration> | undefined
  // What could not be found this time may be next time.
  const find = () =>
    (found ??= discover(config).catch((error: unknown) => ((found = undefined), Promise.reject(error))))
  return {
    begin: async (callback) => begin(await find(), config.scopes, callback),
    finish: async (answered, { state, nonce, verifier }) => {
      const client = await find()
      const checks = { expectedState: state, expectedNonce: nonce, pkceCodeVerifier: verifier }
      const tokens = await oauth.authorizationCodeGrant(client, answered, checks)
      const claims = tokens.claims()
      if (claims === undefined) throw new Error('the identity provider gave no ID token')
      if (client.serverMetadata().userinfo_endpoint === undefined) return claims
      return { ...(await oauth.fetchUserInfo(client, tokens.access_token, claims.sub)), ...claims }
    },
  }
}

function discover({ issuer, clientId, clientSecret }: ProviderConfig): Promise<oauth.Configuration> {
  const plain = issuer.startsWith('http:') ? [oauth.allowInsecureRequests] : []
  return oauth.discovery(new URL(issuer), clientId, clientSecret, undefined, {
    timeout: answerSeconds,
    execute: [oauth.enableNonRepudiationChecks, ...plain],
  })
}

/**
 * An Open edX LMS. It gives no ID token; what it knows stands in its access token, a JWT that came straight from it.
 *
 * @see edx-platform, `openedx/core/djangoapps/oauth_dispatch/jwt.py`, `_attach_profile_claim`
 */
function openedxProvider({ issuer, clientId, clientSecret, scopes }: ProviderConfig): IdentityProvider {
  const server = {
    issuer,
    authorization_endpoint: `${issuer}/oauth2/authorize/`,
    token_endpoint: `${issuer}/oauth2/access_token`,
  }
  const client = new oauth.Configuration(server, clientId, undefined, oauth.ClientSecretPost(clientSecret))
  client.timeout = answerSeconds
  if (issuer.startsWith('http:')) oauth.allowInsecureRequests(client)
  client[oauth.customFetch] = async (url, { body, signal, ...options }) =>
    bearerFor(await fetch(url, { ...options, body: body ?? null, signal: signal ?? null }))
  return {
    begin: (callback) => begin(client, scopes, callback),
    finish: async (answered, { state, verifier }) => {
      const checks = { expectedState: state, pkceCodeVerifier: verifier }
      const { access_token: token } = await oauth.authorizationCodeGrant(client, answered, checks, {
        token_type: 'jwt',
      })
      const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'))
      if (claims.is_restricted === true) throw new Error('the OAuth2 application is a restricted one')
      return claims
    },
  }
}

/** The LMS calls its token type `JWT`, which no OAuth library knows. */
async function bearerFor(response: Response): Promise<Response> {
  if (!response.ok) return response
  const answer: unknown = await response.json()
  return Response.json(typeof answer === 'object' ? { ...answer, token_type: 'bearer' } : answer)
}

async function begin(client: oauth.Configuration, scope: string, callback: string) {
  const [state, nonce, verifier] = [oauth.randomState(), oauth.randomNonce(), oauth.randomPKCECodeVerifier()]
  const url = oauth.buildAuthorizationUrl(client, {
    redirect_uri: callback,
    scope,
    state,
    nonce,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  })
  return { url, state, nonce, verifier }
}
