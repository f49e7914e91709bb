/** A path of ours to go on to; home for anything else, above all for what a browser may take for another host. */
export function localPath(path: unknown): string {
  return typeof path === 'string' && /^\/(?![/\\])[^\s\\]*$/.test(path) ? path : '/'
}
