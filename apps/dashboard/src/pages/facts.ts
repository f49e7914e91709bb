import { html, type Content, type Html } from '../html.ts'

/** Names with what they stand for; those with null are left out. */
export function factList(rows: readonly (readonly [string, Content])[]): Html {
  const told = rows.filter(([, value]) => value !== null)
  return html`<dl class="facts">
    ${told.map(
      ([name, value]) =>
        html`<div>
          <dt>${name}</dt>
          <dd>${value}</dd>
        </div>`,
    )}
  </dl>`
}
