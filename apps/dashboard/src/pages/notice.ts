import { html, type Html } from '../html.ts'
import { barePage } from './layout.ts'

/** A page that says one thing, for answers that are no page of their own. */
export function noticePage(title: string, text: string): Html {
  return barePage(
    title,
    html`<h1>${title}</h1>
      <p>${text}</p>
      <p><a href="/">Back to the overview</a></p>`,
  )
}
