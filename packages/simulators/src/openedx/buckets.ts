/** Things found by a text whose case does not count; whoever minds case looks again at what is found. */
export interface Buckets<Thing> {
  add(text: string, thing: Thing): void
  remove(text: string, thing: Thing): void
  at(text: string): readonly Thing[]
  all(): readonly Thing[]
}

/** Empty buckets. Finding takes the same time however many things there are. */
export function createBuckets<Thing>(): Buckets<Thing> {
  const buckets = new Map<string, Set<Thing>>()
  return {
    add(text, thing) {
      const key = text.toLowerCase()
      buckets.set(key, (buckets.get(key) ?? new Set()).add(thing))
    },
    remove: (text, thing) => buckets.get(text.toLowerCase())?.delete(thing),
    at: (text) => [...(buckets.get(text.toLowerCase()) ?? [])],
    all: () => [...buckets.values()].flatMap((bucket) => [...bucket]),
  }
}
