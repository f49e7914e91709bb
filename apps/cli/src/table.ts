import Table from 'cli-table3'
import { styleText } from 'node:util'

/** A list for people: a heading, a line per row, columns as wide as they need. */
export function table(heading: readonly string[], rows: readonly (readonly string[])[]): string {
  const plain = {
    top: '',
    'top-mid': '',
    'top-left': '',
    'top-right': '',
    bottom: '',
    'bottom-mid': '',
    'bottom-left': '',
    'bottom-right': '',
    left: '',
    'left-mid': '',
    mid: '',
    'mid-mid': '',
    right: '',
    'right-mid': '',
    middle: '  ',
  }
  const drawn = new Table({
    head: heading.map((title) => styleText('bold', title)),
    chars: plain,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  })
  drawn.push(...rows.map((row) => [...row]))
  return drawn.toString()
}

/** A moment as people read it, in UTC and whole seconds. */
export function moment(atMs: number): string {
  return atMs === 0 ? '–' : new Date(atMs).toISOString().replace('T', ' ').slice(0, 19)
}
