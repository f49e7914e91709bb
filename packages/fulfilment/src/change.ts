import { randomBytes } from 'node:crypto'
import { ChangeId } from '@seatkeeper/core'

/** What news that comes now is to be known by. */
export function newChange(): ChangeId {
  return ChangeId.parse(Date.now().toString(16).padStart(12, '0') + randomBytes(10).toString('hex'))
}
