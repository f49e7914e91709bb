import type { Request } from 'express'

const reading: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])

/** Whether a request asks to change something. */
export function isChange({ method }: Pick<Request, 'method'>): boolean {
  return !reading.has(method)
}

/**
 * Whether a request was made by a page of ours.
 *
 * Browsers send `Origin` with every request that is not GET or HEAD; one that sends none is no browser. The scheme is not
 * compared, because TLS may end before us; `Sec-Fetch-Site` compares it where the browser knows that header.
 *
 * @see Fetch, "append a request `Origin` header"
 */
export function isFromHere(request: Request): boolean {
  const origin = request.get('origin') ?? ''
  const site = request.get('sec-fetch-site') ?? 'same-origin'
  return site === 'same-origin' && URL.canParse(origin) && new URL(origin).host === hostOf(request)
}

/**
 * Whether what a browser sends to this host may be read on the way: plain HTTP to anything but this machine.
 *
 * @param request one that `isFromHere`.
 */
export function isExposed(request: Request): boolean {
  return new URL(request.get('origin') ?? '').protocol === 'http:' && !isLoopback(request)
}

/** Whether the browser speaks to its own machine, where cookies need no TLS. */
export function isLoopback(request: Request): boolean {
  const { hostname } = new URL(`http://${hostOf(request)}`)
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname)
}

/** As the browser named it, without the port that goes without saying. */
function hostOf(request: Request): string {
  const host = (request.get('host') ?? '').toLowerCase()
  return URL.canParse(`http://${host}`) ? host.replace(/:(80|443)$/, '') : 'nowhere.invalid'
}
