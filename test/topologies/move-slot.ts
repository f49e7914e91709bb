import type { ClusterServer } from './redis-cluster.ts'

/** A slot on its way from one node to another, key by key, as `redis-cli --cluster reshard` does it. */
export interface MovingSlot {
  /** Moves some keys; gives how many. */
  moveSome(count: number): Promise<number>
  /** Moves the rest and tells all nodes whose the slot is now. */
  finish(): Promise<void>
}

export interface SlotMove {
  readonly slot: number
  readonly from: ClusterServer
  readonly to: ClusterServer
}

/** Opens the slot on both sides. @see Redis Cluster specification, “Cluster live reconfiguration” */
export async function moveSlot({ slot, from, to }: SlotMove): Promise<MovingSlot> {
  const [fromId, toId] = await Promise.all([idOf(from), idOf(to)])
  await to.admin.cluster('SETSLOT', slot, 'IMPORTING', fromId)
  await from.admin.cluster('SETSLOT', slot, 'MIGRATING', toId)
  const moveSome = async (count: number) => {
    const keys = await from.admin.cluster('GETKEYSINSLOT', slot, count)
    if (keys.length > 0) await from.admin.migrate('127.0.0.1', to.port, '', 0, 5000, 'KEYS', ...keys)
    return keys.length
  }
  return {
    moveSome,
    finish: async () => {
      while ((await moveSome(100)) > 0);
      await to.admin.cluster('SETSLOT', slot, 'NODE', toId)
      await from.admin.cluster('SETSLOT', slot, 'NODE', toId)
    },
  }
}

function idOf({ admin }: ClusterServer): Promise<string> {
  return admin.cluster('MYID')
}
