import { html, type Html } from '../html.ts'

/** The name of a column, and whether numbers stand in it. */
export type Column = string | { readonly number: string }

/** A table that scrolls by itself; on a narrow screen each row is a card. */
export function cardTable(label: string, columns: readonly Column[], rows: readonly Html[]): Html {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${label}">
    <table class="cards">
      <thead>
        <tr>
          ${columns.map(heading)}
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`
}

function heading(column: Column): Html {
  if (typeof column === 'string') return html`<th scope="col">${column}</th>`
  return html`<th scope="col" class="number">${column.number}</th>`
}
