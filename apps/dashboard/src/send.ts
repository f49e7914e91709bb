import type { Response } from 'express'
import { markupOf, type Html } from './html.ts'

/** Answers with a page. */
export function send(response: Response, page: Html): void {
  response.type('html').send(markupOf(page))
}
