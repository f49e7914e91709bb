/** The site's zone: the recorded shop stands in Berlin in winter, one hour ahead of UTC. */
const siteOffsetMs = 3_600_000

/** A moment in UTC as the REST API writes it: whole seconds, no zone suffix. */
export function gmtTime(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19)
}

/** The same moment on the site's clock, also without a suffix. */
export function siteTime(ms: number): string {
  return gmtTime(ms + siteOffsetMs)
}

/** A pair of fields of one moment, or two nulls. */
export function optionalTimes(ms: number | null): { readonly site: string | null; readonly gmt: string | null } {
  return ms === null ? { site: null, gmt: null } : { site: siteTime(ms), gmt: gmtTime(ms) }
}

/**
 * The moment a query parameter means, or NaN.
 *
 * Without a zone suffix it is site time, unless `areGmt` (`dates_are_gmt`) says otherwise.
 */
export function momentOf(text: string, areGmt: boolean): number {
  const hasZone = /(?:Z|[+-]\d\d:?\d\d)$/i.test(text)
  const ms = Date.parse(hasZone ? text : `${text}Z`)
  return hasZone || areGmt ? ms : ms - siteOffsetMs
}
