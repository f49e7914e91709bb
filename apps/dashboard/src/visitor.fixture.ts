import { once } from 'node:events'
import { request, type IncomingHttpHeaders } from 'node:http'
import { text } from 'node:stream/consumers'

export interface Ask {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

/** One request with exactly these headers: `fetch` would not let a test set `Origin` or `Host`. */
export async function ask(
  url: string,
  path: string,
  { method = 'GET', headers = {}, body = '' }: Ask = {},
): Promise<Answer> {
  const sent = request(new URL(url + path), { method, headers, agent: false })
  sent.end(body)
  const [response] = await once(sent, 'response')
  return { status: response.statusCode, headers: response.headers, text: await text(response) }
}

/** As a browser asks for a page. */
export const asPage = { accept: 'text/html,application/xhtml+xml' } as const

/** As a browser sends a form of ours. */
export function fromHere(url: string): Record<string, string> {
  return {
    ...asPage,
    origin: url,
    'sec-fetch-site': 'same-origin',
    'content-type': 'application/x-www-form-urlencoded',
  }
}

/** Sends the login form. */
export function logIn(url: string, password: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
  const body = new URLSearchParams({ password, next: headers['next'] ?? '/' }).toString()
  return ask(url, '/login', { method: 'POST', headers: { ...fromHere(url), ...headers }, body })
}

/** The cookie that an answer sets, as it is sent back. */
export function cookieOf({ headers }: Answer): string {
  return headers['set-cookie']?.[0]?.split(';')[0] ?? ''
}
