/** Waits for a condition; throws with its name after `withinMs`. */
export async function until(name: string, isSo: () => boolean | Promise<boolean>, withinMs = 10_000): Promise<void> {
  const deadline = performance.now() + withinMs
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`${name}: not so within ${withinMs} ms`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
