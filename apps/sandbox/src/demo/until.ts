import { setTimeout as pause } from 'node:timers/promises'

/** Resolves with the first answer that is not undefined. @throws Error naming what was waited for, after `withinMs`. */
export async function until<Answer>(
  what: string,
  ask: () => Answer | undefined | Promise<Answer | undefined>,
  withinMs = 30_000,
): Promise<Answer> {
  const deadline = performance.now() + withinMs
  while (performance.now() < deadline) {
    const answer = await ask()
    if (answer !== undefined) return answer
    await pause(25)
  }
  throw new Error(`waited ${withinMs / 1000} s in vain until ${what}`)
}
