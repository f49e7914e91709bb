import { freePort, isFree } from '../e2e/free-port.ts'

/** Nodes of a Cluster talk to each other on a port that lies so much higher. */
const busOffset = 10_000
const highest = 22_000

/** A free port whose bus port is free as well and below those that the kernel hands out. */
export async function freeClusterPort(): Promise<number> {
  for (;;) {
    const port = await freePort()
    if (port < highest && (await isFree(port + busOffset))) return port
  }
}
