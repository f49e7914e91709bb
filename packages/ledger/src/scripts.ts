import type { Redis } from 'ioredis'
import { acceptedLua, agendaLua, agendaScripts } from './lua/agenda.ts'
import { orderScripts, ordersLua } from './lua/orders.ts'
import { lockScripts } from './lua/locks.ts'

const bodies = { ...agendaScripts, ...orderScripts, ...lockScripts }

export type ScriptName = keyof typeof bodies

/** Runs one of our scripts by name; arguments go as texts, the answer comes as Redis gives it. */
export type Scripts = (name: ScriptName, ...args: readonly (string | number)[]) => Promise<unknown>

/**
 * Makes our scripts callable on one connection.
 *
 * Each gets the deployment's prefix as its only declared key and builds the others from it: all keys share its hash tag,
 * so they live in one slot of a cluster.
 *
 * @param prefix ends with a colon and has a hash tag, such as `{seatkeeper}:`.
 */
export function createScripts(redis: Redis, prefix: string): Scripts {
  const preamble = agendaLua + acceptedLua + ordersLua
  const commands = new Map<ScriptName, string>()
  for (const [name, body] of Object.entries(bodies) as [ScriptName, string][]) {
    const command = `seatkeeper_${name}`
    redis.defineCommand(command, { numberOfKeys: 1, lua: preamble + body })
    commands.set(name, command)
  }
  return (name, ...args) => call(redis, commands.get(name) ?? name, prefix, args)
}

type DefinedCommand = (key: string, ...args: readonly (string | number)[]) => Promise<unknown>

async function call(
  redis: Redis,
  command: string,
  prefix: string,
  args: readonly (string | number)[],
): Promise<unknown> {
  const defined = (redis as unknown as Record<string, DefinedCommand | undefined>)[command]
  if (defined === undefined) throw new TypeError(`no script ${command} is defined on this connection`)
  return defined.call(redis, prefix, ...args)
}
