/** The thing of that number. @throws RangeError if there is none. */
export function byNumber<Thing>(things: ReadonlyMap<number, Thing>, number: number): Thing {
  const thing = things.get(number)
  if (thing === undefined) throw new RangeError(`the shop has nothing numbered ${number}`)
  return thing
}
