import { Cluster } from 'ioredis'

/** Of the hash tag of all our keys, `{seatkeeper}`. @see Redis Cluster specification, “Hash tags” */
export const ourSlot = 8143

type Sending = Parameters<Cluster['sendCommand']>
type Failing = Parameters<Cluster['handleError']>

/**
 * A Cluster of which we use one slot.
 *
 * What names no key (TIME, INFO, CONFIG, PING) goes to the node that has our keys, so that clock, memory and persistence
 * are those of our data.
 *
 * While our slot is moved key by key, its old node sends us to the new one (ASK) before all keys are there. Our scripts
 * find further keys by the one they declare, so there they would see half of the data: they wait until the move is over.
 *
 * @see ioredis, `lib/cluster/index.ts`, `sendCommand` and `handleError`
 */
export class OneSlotCluster extends Cluster {
  override sendCommand(...[command, stream, node]: Sending): unknown {
    const hasKeys = command.getKeys().length > 0
    return super.sendCommand(command, stream, node ?? (hasKeys ? undefined : { slot: ourSlot }))
  }

  override handleError(...[error, triesLeft, handlers]: Failing): void {
    const isMoving = error.message.startsWith('ASK ')
    super.handleError(isMoving ? new Error('TRYAGAIN our slot is being moved') : error, triesLeft, handlers)
  }
}
