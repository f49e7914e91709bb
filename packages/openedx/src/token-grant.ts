import { JobFailure, toFailure } from '@seatkeeper/core'
import * as oauth from 'openid-client'
import { fieldOf, jsonOf, textOf } from './answer-body.ts'
import { meaningOf } from './answers.ts'
import type { Credentials, LmsConfig } from './config.ts'
import { failureOfAnswer, failureOfLoss } from './failure.ts'
import type { Send } from './http-client.ts'
import { claimsOf } from './token-claims.ts'

/** A token fresh from the LMS. */
export interface GrantedToken {
  readonly token: string
  /** How long the LMS says it takes it; undefined if it does not say. */
  readonly lifeMs: number | undefined
}

/**
 * Asks the LMS for a token with client credentials of ours.
 *
 * openid-client makes the request and checks the answer's form; our own HTTP client carries both, so that the same
 * limits hold. The LMS calls its token type `JWT`, which no OAuth library knows: it is shown to ours as `bearer`.
 *
 * @throws JobFailure of the token endpoint's rows.
 * @see edx-platform, `openedx/core/djangoapps/oauth_dispatch/jwt.py`, `create_jwt_token_dict`
 */
export function createTokenGrant(
  { url: issuer, clientId, clientSecret }: Pick<LmsConfig, 'url'> & Credentials,
  send: Send,
  nowMs: () => number,
): () => Promise<GrantedToken> {
  const client = new oauth.Configuration(
    { issuer, token_endpoint: `${issuer}/oauth2/access_token` },
    clientId,
    undefined,
    oauth.ClientSecretPost(clientSecret),
  )
  // Our configuration schema has allowed http for loopback hosts only.
  if (issuer.startsWith('http:')) oauth.allowInsecureRequests(client)
  client[oauth.customFetch] = async (url, { headers, body }) => {
    const fate = await send({ method: 'POST', url, headers, body: await new Response(body).text() })
    if (fate.kind === 'lost') throw failureOfLoss('token', fate)
    const { answer } = fate
    const code = meaningOf('token', answer)
    if (code === 'ok' || code === 'absent') return Response.json(inOAuthWords(jsonOf(answer)))
    throw failureOfAnswer({ endpoint: 'token', code, answer, nowMs: nowMs(), secrets: [clientSecret] })
  }
  return async () => {
    try {
      const { access_token: token, expires_in: lifeSeconds } = await oauth.clientCredentialsGrant(client, {
        token_type: 'jwt',
      })
      return { token: refuseRestricted(token), lifeMs: lifeSeconds === undefined ? undefined : lifeSeconds * 1000 }
    } catch (thrown) {
      throw failureOfGrant(thrown)
    }
  }
}

/** The three fields we use, in the form that OAuth libraries expect. */
function inOAuthWords(json: unknown): object {
  if (textOf(json, 'token_type')?.toLowerCase() !== 'jwt')
    throw new JobFailure('LMS_TOKEN_REFUSED', 'the LMS issued a token that is no JWT')
  const seconds = fieldOf(json, 'expires_in')
  return {
    access_token: textOf(json, 'access_token'),
    token_type: 'bearer',
    ...(Number.isFinite(seconds) && { expires_in: seconds }),
  }
}

/**
 * Passes a token on, unless the LMS marked it as one of a restricted application: every API would refuse it.
 *
 * @see edx-drf-extensions, `edx_rest_framework_extensions/permissions.py`, `NotJwtRestrictedApplication`
 */
function refuseRestricted(token: string): string {
  if (fieldOf(claimsOf(token), 'is_restricted') !== true) return token
  throw new JobFailure('LMS_TOKEN_REFUSED', 'the OAuth2 application is a restricted one')
}

/** openid-client wraps what our carrier throws. Its own complaints are left behind: they carry the answer. */
function failureOfGrant(thrown: unknown): JobFailure {
  if (!(thrown instanceof oauth.ClientError)) return toFailure(thrown)
  if (thrown.cause instanceof JobFailure) return thrown.cause
  return new JobFailure('LMS_UNREACHABLE', 'the token endpoint gave an answer in a form we do not know')
}
