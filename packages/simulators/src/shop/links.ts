const everyMethod = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']

/** `_links` of a resource: itself, its collection and, where it belongs to another, that one. */
export function linksOf(
  api: string,
  path: string,
  options: { readonly allow?: string[]; readonly isChild?: boolean } = {},
) {
  const collection = parentPath(path)
  return {
    self: [{ href: api + path, targetHints: { allow: options.allow ?? everyMethod } }],
    collection: [{ href: api + collection }],
    ...(options.isChild === true && { up: [{ href: api + parentPath(collection) }] }),
  }
}

function parentPath(path: string): string {
  return path.slice(0, path.lastIndexOf('/'))
}
