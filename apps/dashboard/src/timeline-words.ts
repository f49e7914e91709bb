/**
 * What each kind of timeline entry means, in words.
 *
 * Only kinds whose detail is known to name no person stand here; pages show no other. `said` is left out on purpose: it
 * is the other side's own words.
 */
export const timelineWords: ReadonlyMap<string, string> = new Map([
  ['hint', 'Word came that the order changed'],
  ['snapshot', 'Took what the webhook said'],
  ['read', 'Read at the shop'],
  ['granted', 'Claim granted'],
  ['withdrawn', 'Claim withdrawn'],
  ['moved', 'Claim moved to another learner'],
  ['settled', 'Settled'],
  ['waiting', 'Waits'],
  ['failed', 'Attempt failed'],
  ['dead', 'Gave up'],
  ['replayed', 'Replayed by'],
])
