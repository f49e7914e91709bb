import { describe, expect, it } from '@jest/globals'
import { StoreId } from '@seatkeeper/core'
import { accessOf, StatusMap } from './order-status.ts'
import { noticeCustomStatuses, type CustomStatus } from './custom-statuses.ts'

const statuses = StatusMap.parse({ grant: ['processing', 'completed', 'in-training'] })

function noticed(...seen: readonly (readonly [store: string, status: string])[]): readonly CustomStatus[] {
  const found: CustomStatus[] = []
  const notice = noticeCustomStatuses((one) => found.push(one))
  for (const [store, status] of seen)
    notice({ store: StoreId.parse(store), status, access: accessOf(status, statuses) })
  return found
}

describe('noticeCustomStatuses', () => {
  it('names a status that nobody decided on, once for each store', () => {
    expect(noticed(['shop', 'shipped'], ['shop', 'shipped'], ['other', 'shipped'], ['shop', 'awaiting-call'])).toEqual([
      { store: 'shop', status: 'shipped' },
      { store: 'other', status: 'shipped' },
      { store: 'shop', status: 'awaiting-call' },
    ])
  })

  it('is silent about what is configured and about what WooCommerce itself leaves open', () => {
    expect(noticed(['shop', 'in-training'], ['shop', 'cancelled'], ['shop', 'pending'], ['shop', 'on-hold'])).toEqual(
      [],
    )
  })
})
