const markup = Symbol('markup')

/** Text that is safe to send as it is. Only `html` makes it. */
export interface Html {
  readonly [markup]: string
}

/** What may stand in a template: all but `Html` is escaped; lists are joined, null and undefined leave nothing. */
export type Content = Html | string | number | null | undefined | readonly Content[]

/** A piece of a page. Attribute values must stand in double quotes. */
export function html(parts: TemplateStringsArray, ...contents: readonly Content[]): Html {
  return { [markup]: parts.reduce((text, part, index) => text + render(contents[index - 1]) + part) }
}

/** The text to send. */
export function markupOf(piece: Html): string {
  return piece[markup]
}

function render(content: Content): string {
  if (content === null || content === undefined) return ''
  if (typeof content === 'string') return escape(content)
  if (typeof content === 'number') return String(content)
  return markup in content ? content[markup] : content.map(render).join('')
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
