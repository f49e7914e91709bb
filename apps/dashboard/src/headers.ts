import type { RequestHandler } from 'express'
import helmet from 'helmet'

type Directives = Readonly<Record<string, readonly string[]>>

/** Our own pages: text and one stylesheet. No script runs, whatever a page may come to hold. */
const ownPages: Directives = {
  'default-src': ["'none'"],
  'style-src': ["'self'"],
  'img-src': ["'self'"],
  'form-action': ["'self'"],
  'base-uri': ["'none'"],
  'frame-ancestors': ["'none'"],
}

/** Bull Board: its own scripts from here, and styles that it writes into the page as it goes. */
const boardPages: Directives = {
  ...ownPages,
  'script-src': ["'self'"],
  'style-src': ["'self'", "'unsafe-inline'"],
  'img-src': ["'self'", 'data:'],
  'connect-src': ["'self'"],
  'base-uri': ["'self'"],
}

/** What every answer of ours carries: nobody frames, keeps, indexes or guesses at it. */
export function ownHeaders(): RequestHandler[] {
  return [securityHeaders(ownPages), unkept]
}

/** The same for Bull Board, with a policy that lets it work. */
export function boardHeaders(): RequestHandler {
  return securityHeaders(boardPages)
}

/** `Origin` would be `null` under helmet's own `no-referrer`, and our forms could not be told from others'. */
function securityHeaders(directives: Directives): RequestHandler {
  return helmet({
    contentSecurityPolicy: { useDefaults: false, directives: { ...directives } },
    frameguard: { action: 'deny' },
    referrerPolicy: { policy: 'same-origin' },
    strictTransportSecurity: false,
  })
}

const unkept: RequestHandler = (_, response, next) => {
  response.set({ 'Cache-Control': 'no-store', 'X-Robots-Tag': 'noindex, nofollow' })
  next()
}
