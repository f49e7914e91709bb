import type { Agenda, WakeUp } from '@seatkeeper/core'

export interface ReplayParts {
  readonly agenda: Pick<Agenda, 'replay'>
  readonly wake: (wakeUps: readonly WakeUp[]) => Promise<void>
}

/**
 * Opens dead items again and, with a seat, the orders behind it.
 *
 * @param by who asked, for the record.
 * @returns the ids that were dead; others are left alone, so pressing twice does it once.
 */
export function replay({ agenda, wake }: ReplayParts) {
  return async (ids: readonly string[], by: string): Promise<readonly string[]> => {
    const revived: string[] = []
    for (const id of ids) {
      const wakeUps = await agenda.replay(id, by)
      if (wakeUps.length > 0) revived.push(id)
      await wake(wakeUps)
    }
    return revived
  }
}
