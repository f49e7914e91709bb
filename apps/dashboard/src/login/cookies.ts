import type { CookieOptions, Request, Response } from 'express'

/** A cookie of ours that holds 256 random bits. */
interface Cookie {
  /** Undefined where the cookie is missing, doubled or nothing we ever gave out. */
  read(request: Request): string | undefined
  set(response: Response, id: string, secure: boolean): void
  clear(response: Response): void
}

function defineCookie(name: string, { path, ...attributes }: CookieOptions & { readonly path: string }): Cookie {
  return {
    read: (request) => {
      const cookies = (request.get('cookie') ?? '').split(';').map((cookie) => cookie.trim())
      const [own, ...others] = cookies.filter((cookie) => cookie.startsWith(`${name}=`))
      const id = own?.slice(name.length + 1)
      return id !== undefined && others.length === 0 && /^[\w-]{43}$/.test(id) ? id : undefined
    },
    set: (response, id, secure) => {
      response.cookie(name, id, { ...attributes, path, httpOnly: true, secure })
    },
    clear: (response) => {
      response.clearCookie(name, { path })
    },
  }
}

/** The session: the browser keeps it until it is closed, and shows it to no script and no other site. */
export const sessionCookie = defineCookie('seatkeeper-session', { path: '/', sameSite: 'strict' })

/** A login under way. The identity provider leads the browser back to us, so a strict cookie would stay behind. */
export const flowCookie = defineCookie('seatkeeper-login', { path: '/login', sameSite: 'lax', maxAge: 600_000 })
