import { InvalidArgumentError } from 'commander'

/** Takes what stands in the record: a reason, or who. */
export function someWords(text: string): string {
  if (text.trim() === '') throw new InvalidArgumentError('It is for the record, so it cannot be empty.')
  return text
}
