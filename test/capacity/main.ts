import { Command, Option } from 'commander'
import { measureIdling } from './idling.ts'
import { measureOrders } from './orders-at-rest.ts'

const say = (text: string) => void process.stdout.write(`${text}\n`)

/** Measures on this machine what docs/capacity.md reckons with; counts of bytes, keys and commands do not mind a busy one. */
async function main(): Promise<void> {
  const { orders, lanes } = new Command('capacity')
    .description('What an order costs in Redis, and what lanes cost that have nothing to do.')
    .addOption(new Option('--orders <number>', 'to be filled in').argParser(Number).default(20_000))
    .addOption(new Option('--lanes <number>', 'that idle').argParser(Number).default(20))
    .parse()
    .opts<{ orders: number; lanes: number }>()
  for (const [title, figure] of [...(await measureOrders(orders)), ...(await measureIdling(lanes))])
    say(`${title.padEnd(44)} ${figure}`)
}

await main()
