import { product, fuzzOnce, type Finding, type Parser } from './webhook-fuzz.ts'

/** A parser with one mistake in it, and how fuzzing words what comes of that. */
export interface PlantedBug {
  readonly title: string
  readonly seen: RegExp
  readonly parser: Parser
}

/** One for each thing that fuzzing looks for. */
export const plantedBugs: readonly PlantedBug[] = [
  { title: 'a body that breaks it', seen: /^threw TypeError/, parser: { ...product, newsOf: breakable } },
  { title: 'news that nobody checked', seen: /^quantity /, parser: { ...product, newsOf: unchecked } },
  { title: 'a shared prototype that changes', seen: /^a prototype/, parser: { ...product, newsOf: polluted } },
  { title: 'two claims that are one', seen: /^two claims/, parser: { ...product, planSeats: twice } },
  { title: 'a forged signature that is taken', seen: /^a forged/, parser: { ...product, isAuthentic: () => true } },
  { title: 'a signature that is refused', seen: /^an authentic/, parser: { ...product, isAuthentic: () => false } },
  { title: 'time without end', seen: /^took longer/, parser: { ...product, newsOf: slow } },
]

const ownNames = Reflect.ownKeys(Object.prototype)

/** Takes away what a planted bug left on the prototype of all objects. */
export function cleanPrototype(): void {
  for (const name of Reflect.ownKeys(Object.prototype))
    if (!ownNames.includes(name)) Reflect.deleteProperty(Object.prototype, name)
}

/** What the first few thousand bodies show of a parser. */
export function firstFinding(parser: Parser): Finding | undefined {
  for (let seed = 1; seed <= 5000; seed += 1) {
    const [found] = fuzzOnce(seed, parser)
    if (found !== undefined) return found
  }
  return undefined
}

/** Trusts that an order has lines. */
function breakable(...[delivery, store]: Parameters<Parser['newsOf']>) {
  const content = jsonOf(delivery.body)
  if (content !== undefined) Reflect.get(Object(content), 'line_items').length.toFixed()
  return product.newsOf(delivery, store)
}

/** Takes quantities as they come. */
function unchecked(...[delivery, store]: Parameters<Parser['newsOf']>) {
  const news = product.newsOf(delivery, store)
  if (news.kind !== 'snapshot') return news
  const lines = news.snapshot.lines.map((line) => ({ ...line, quantity: line.quantity - 0.5 }))
  return { ...news, snapshot: { ...news.snapshot, lines } }
}

/** Copies what the body says, key by key, into an object of its own. */
function polluted(...[delivery, store]: Parameters<Parser['newsOf']>) {
  merge({}, jsonOf(delivery.body))
  return product.newsOf(delivery, store)
}

function merge(into: object, from: unknown): void {
  for (const [key, value] of Object.entries(Object(from))) {
    const inner: unknown = Reflect.get(into, key)
    if (typeof inner === 'object' && inner !== null) merge(inner, value)
    else Reflect.set(into, key, typeof value === 'object' && value !== null ? {} : value)
  }
}

function twice(...[order, store]: Parameters<Parser['planSeats']>) {
  const plan = product.planSeats(order, store)
  return { ...plan, claims: [...plan.claims, ...plan.claims] }
}

/** Spends more than a second on an authentic body that is no order. */
function slow(...[delivery, store]: Parameters<Parser['newsOf']>) {
  const news = product.newsOf(delivery, store)
  const before = process.cpuUsage()
  while (news.kind === 'nothing' && process.cpuUsage(before).user < 1_200_000);
  return news
}

function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString())
  } catch {
    return undefined
  }
}
