import { styleText } from 'node:util'
import { scenes, type Expectation } from './scenes.ts'
import type { World } from './world.ts'

/** Plays every scene in turn, a line each, and gives what must hold in the end. A scene that fails ends the demo. */
export async function playScenes(world: World, say: (text: string) => void): Promise<readonly Expectation[]> {
  const expectations: Expectation[] = []
  for (const { title, play } of scenes) {
    const startedMs = performance.now()
    expectations.push(...(await play(world)))
    const seconds = ((performance.now() - startedMs) / 1000).toFixed(1)
    say(`${styleText('green', '✓')} ${title} ${styleText('dim', `${seconds} s`)}`)
  }
  return expectations
}
