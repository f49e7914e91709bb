import { request as ask } from 'node:http'
import { startLoopback, type Loopback } from './loopback.fixture.ts'

/** A proxy in front of a site whose clock goes wrong by so many milliseconds. */
export function startLyingClock(target: string, byMs: number): Promise<Loopback> {
  return startLoopback((request, response) => {
    const { method, headers, url } = request
    const passed = ask(new URL(url ?? '/', target), { method, headers }, (answer) => {
      const date = new Date(Date.now() + byMs).toUTCString()
      response.writeHead(answer.statusCode ?? 500, { ...answer.headers, date })
      answer.pipe(response)
    })
    request.pipe(passed)
  })
}
