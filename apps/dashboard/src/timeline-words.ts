/**
 * What each kind of timeline entry means, in words.
 *
 * Only kinds whose detail is known to name no person stand here; pages show no other. Left out on purpose: `said`, the
 * other side's own words, and `operator`, which holds a reason in an operator's own.
 */
export const timelineWords: ReadonlyMap<string, string> = new Map([
  ['hint', 'Word came that the order changed'],
  ['snapshot', 'Took what the webhook said'],
  ['read', 'Read at the shop'],
  ['granted', 'Claim granted'],
  ['withdrawn', 'Claim withdrawn'],
  ['moved', 'Claim moved to another learner'],
  ['adopted', 'Taken over as it was found'],
  ['held', 'Held: it would end too many seats'],
  ['merged', 'Same account as an older seat, which goes on'],
  ['joined', 'Took over a seat of the same account'],
  ['drift', 'Changed by others at the LMS'],
  ['told', 'The shop was told'],
  ['recheck', 'To be looked at once more'],
  ['settled', 'Settled'],
  ['waiting', 'Waits'],
  ['failed', 'Attempt failed'],
  ['dead', 'Gave up'],
  ['replayed', 'Replayed by'],
])
