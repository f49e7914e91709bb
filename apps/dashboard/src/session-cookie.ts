import type { Request, Response } from 'express'

const name = 'seatkeeper-session'

/** The session id that a request carries; undefined where the cookie is missing, doubled or nothing we ever gave out. */
export function sessionIdOf(request: Request): string | undefined {
  const cookies = (request.get('cookie') ?? '').split(';').map((cookie) => cookie.trim())
  const [own, ...others] = cookies.filter((cookie) => cookie.startsWith(`${name}=`))
  const id = own?.slice(name.length + 1)
  return id !== undefined && others.length === 0 && /^[\w-]{43}$/.test(id) ? id : undefined
}

/** Gives the browser its session; it keeps it until it is closed, and shows it to no script and no other site. */
export function setSessionCookie(response: Response, id: string, secure: boolean): void {
  response.cookie(name, id, { httpOnly: true, sameSite: 'strict', path: '/', secure })
}

/** Makes the browser forget its session. */
export function clearSessionCookie(response: Response): void {
  response.clearCookie(name, { path: '/' })
}
