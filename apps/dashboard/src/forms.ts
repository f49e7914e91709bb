import { urlencoded, type Request, type RequestHandler } from 'express'

/** Reads a form of ours. */
export const readForm: RequestHandler = urlencoded({ extended: false, limit: 16_384, parameterLimit: 20 })

/** A field of a form, or of an address where there is no form; trimmed, empty where it is missing or given twice. */
export function fieldOf(request: Request, name: string): string {
  const source: unknown = request.method === 'POST' ? request.body : request.query
  const value: unknown = typeof source === 'object' && source !== null ? Reflect.get(source, name) : undefined
  return typeof value === 'string' ? value.trim() : ''
}
