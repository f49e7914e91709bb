import { afterAll, afterEach, beforeAll, beforeEach, expect } from '@jest/globals'
import type { Role } from './login/visitor.ts'
import { sellOne, startScene, type Scene } from './scene.fixture.ts'
import { ask, asPage, fromHere } from './visitor.fixture.ts'

/** Starts a dashboard for the tests that follow, each of which finds it empty and is an admin unless it enters as another. */
export function useReader() {
  let scene: Scene
  let cookie: string

  const enter = async (role: Role) => {
    cookie = await scene.enter(role)
  }
  /** The words of a page. */
  const read = async (path: string): Promise<string> => {
    const { status, text } = await ask(scene.url, path, { headers: { cookie, ...asPage } })
    expect([path, status]).toEqual([path, 200])
    return wordsOf(text)
  }

  beforeAll(async () => {
    scene = await startScene()
  })
  afterAll(() => scene.close())
  beforeEach(() => enter('admin'))
  afterEach(() => scene.redis.flushall())

  return {
    get scene() {
      return scene
    },
    get cookie() {
      return cookie
    },
    enter,
    read,
    /** Looks for something, and follows where that leads. */
    search: async (words: string): Promise<string> => {
      const headers = { ...fromHere(scene.url), cookie }
      const body = new URLSearchParams({ words }).toString()
      const answer = await ask(scene.url, '/search', { method: 'POST', headers, body })
      return answer.status === 303 ? read(String(answer.headers.location)) : wordsOf(answer.text)
    },
    /** What Bull Board's own API answers. */
    boardApi: async (path: string) => (await ask(scene.url, `/queues/api/${path}`, { headers: { cookie } })).text,
    sellOne: (order?: string) => sellOne(scene, order),
  }
}

/** The words of a page, as a reader sees them. */
export function wordsOf(page: string): string {
  const plain = page.replace(/<[^>]*>/g, ' ').replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)))
  return plain.replace(/\s+/g, ' ')
}
