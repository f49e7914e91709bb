import { afterEach, describe, expect, it } from '@jest/globals'
import { startRedis, type EmbeddedRedis } from '@seatkeeper/simulators'
import { Redis } from 'ioredis'
import { prepareFragileDisk, whatPowerCutLacks, type FragileDisk } from './fragile-disk.ts'

const lacks = await whatPowerCutLacks()
const describeWithCompiler = lacks === null ? describe : describe.skip
let disk: FragileDisk | undefined
let server: EmbeddedRedis | undefined

afterEach(async () => {
  await server?.stop()
  await disk?.remove()
})

/** How many of 500 confirmed writes are there after a power cut, and how many bytes it took. */
async function keptOf500(appendfsync: string): Promise<{ kept: number; droppedBytes: number }> {
  disk = await prepareFragileDisk()
  server = await startRedis({ ...disk.redis, arguments: ['--appendfsync', appendfsync] })
  const before = new Redis(server.url)
  for (let index = 0; index < 500; index += 1) await before.set(`key${index}`, index)
  before.disconnect()
  const droppedBytes = await disk.cutPower(server)
  await server.restart()
  const after = new Redis(server.url)
  const kept = await after.dbsize()
  after.disconnect()
  return { kept, droppedBytes }
}

describeWithCompiler(lacks === null ? 'prepareFragileDisk' : `prepareFragileDisk, skipped: ${lacks}`, () => {
  it('keeps what was synced', async () => {
    expect(await keptOf500('always')).toEqual({ kept: 500, droppedBytes: 0 })
  })

  it('loses what was only written', async () => {
    const { kept, droppedBytes } = await keptOf500('no')
    expect(kept).toBe(0)
    expect(droppedBytes).toBeGreaterThan(500)
  })
})
