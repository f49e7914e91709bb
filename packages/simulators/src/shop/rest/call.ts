import type { Answer } from './answer.ts'

/** A request to the REST API. */
export interface RestCall {
  readonly method: string
  /** Below the REST base, such as `/orders/12`. */
  readonly path: string
  /** The path as it was asked for, from the root. */
  readonly fullPath: string
  readonly query: URLSearchParams
  readonly authorization: string | undefined
  readonly body: Buffer
}

/** What a route's handler gets: numbers out of the path, the query, and the body as JSON (`{}` if there was none). */
export interface RouteCall {
  readonly ids: readonly number[]
  readonly query: URLSearchParams
  readonly body: Readonly<Record<string, unknown>>
}

/** One route of the API. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Matched against the whole path below the REST base; every group is a number. */
  readonly path: RegExp
  /** What a caller without a key is told. */
  readonly anonymous: Answer
  readonly handle: (call: RouteCall) => Answer | Promise<Answer>
}
