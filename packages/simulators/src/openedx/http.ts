/** One request, read completely. */
export interface Call {
  readonly method: string
  /** Percent-decoded; a plus stays a plus. */
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
  readonly address: string
}

/** One answer, before it is sent. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export function json(status: number, data: unknown, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(data) }
}

/** No body and no content type: how the framework renders "nothing". */
export function empty(status: number): Answer {
  return { status, headers: {}, body: '' }
}

const titles: Readonly<Record<number, string>> = {
  404: 'Page Not Found',
  429: 'Too Many Requests',
  500: 'Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Time-out',
}

/** A web page, as proxies and Django's own error handlers answer. */
export function page(status: number, headers: Readonly<Record<string, string>> = {}): Answer {
  const title = `${status} ${titles[status] ?? 'Error'}`
  const body = `<!DOCTYPE html>\n<html><head><title>${title}</title></head><body><h1>${title}</h1></body></html>\n`
  return { status, headers: { 'content-type': 'text/html; charset=utf-8', ...headers }, body }
}

export function moved(location: string): Answer {
  return { status: 301, headers: { location, 'content-type': 'text/html; charset=utf-8' }, body: '' }
}

/** A JSON body's fields, or what is answered instead. */
export type ReadBody = { readonly fields: Readonly<Record<string, unknown>> } | { readonly refusal: Answer }

/** Reads a JSON object; no body is an empty one, any other JSON breaks the views that look into it. */
export function readBody({ headers, body }: Call): ReadBody {
  if (body === '') return { fields: {} }
  const [mediaType = ''] = String(headers['content-type'] ?? '').split(';')
  if (mediaType.trim().toLowerCase() !== 'application/json') {
    return { refusal: json(415, { detail: `Unsupported media type "${mediaType}" in request.` }) }
  }
  try {
    const data: unknown = JSON.parse(body)
    return isObject(data) ? { fields: data } : { refusal: page(500) }
  } catch {
    return { refusal: json(400, { detail: 'JSON parse error - Expecting value: line 1 column 1 (char 0)' }) }
  }
}

/** A field's value as the original's messages quote it. */
export function printed(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
