import { styleText } from 'node:util'
import { scenes, type Expectation } from './scenes.ts'
import type { World } from './world.ts'

/** Plays every scene in turn and gives what must hold in the end. A line each: its title at once, its time when done. */
export async function playScenes(world: World, write: (text: string) => void): Promise<readonly Expectation[]> {
  const expectations: Expectation[] = []
  for (const scene of scenes) {
    write(`  ${scene.title} … `)
    const startedMs = performance.now()
    expectations.push(...(await scene.play(world)))
    const seconds = ((performance.now() - startedMs) / 1000).toFixed(1)
    write(`${styleText('green', '✓')} ${styleText('dim', `${seconds} s`)}\n`)
  }
  return expectations
}
