import { OrderId, SeatId, StoreId } from '@seatkeeper/core'

/** Whether a text can be the name of an item. */
export function isItemId(id: string): boolean {
  const [, seat] = /^seat-(.+)$/.exec(id) ?? []
  if (seat !== undefined) return SeatId.safeParse(seat).success
  const [, of] = /^(?:reconcile|watch|audit)-(.+)$/.exec(id) ?? []
  if (of !== undefined) return StoreId.safeParse(of).success
  const [, store, order] = /^(?:order|tell)-(.+)-(\d+)$/.exec(id) ?? []
  return StoreId.safeParse(store).success && OrderId.safeParse(order).success
}

/** The item that a job of ours is about, read from the job's id; undefined for any other job. */
export function itemOfJob(job: string): string | undefined {
  const [, id] = /^(?:dead-)?(.+)-g\d+$/.exec(job) ?? []
  return id !== undefined && isItemId(id) ? id : undefined
}
