import { setTimeout as pause } from 'node:timers/promises'

/** Waits for a condition. @throws Error that says what was waited for, after `withinMs`; `explain` adds what is known then. */
export async function until(
  what: string,
  isSo: () => boolean | Promise<boolean>,
  { withinMs = 45_000, explain = () => '' }: { readonly withinMs?: number; readonly explain?: () => string } = {},
): Promise<void> {
  const deadline = performance.now() + withinMs
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`${what}: not so within ${withinMs / 1000} s\n${explain()}`)
    await pause(20)
  }
}
