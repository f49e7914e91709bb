import { connect, type Socket } from 'node:net'

/** What one burst of requests came to. */
export interface Burst {
  readonly answered: number
  readonly seconds: number
}

/**
 * Sends requests over kept connections, on each the next one as soon as the last was answered.
 *
 * Plain sockets and ready bytes, in this very process: some 20 µs a request, so that on a small machine the server is
 * what is measured. Rejects at the first answer that is not `status`, or once no connection heard anything for 10 s.
 */
export async function burst(
  url: string,
  requests: readonly Buffer[],
  { connections = 50, status }: { readonly connections?: number; readonly status: number },
): Promise<Burst> {
  const queue = requests.values()
  const startedMs = performance.now()
  await Promise.all(Array.from({ length: connections }, () => sendInTurn(url, queue, status)))
  return { answered: requests.length, seconds: (performance.now() - startedMs) / 1000 }
}

/** Sends the rest of a queue, which others may share, over one connection. */
function sendInTurn(url: string, queue: Iterator<Buffer>, status: number): Promise<void> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname).setNoDelay(true)
  return new Promise((resolve, reject) => {
    const next = () => {
      const { value, done } = queue.next()
      if (done === true) socket.end()
      else socket.write(value)
    }
    socket.once('connect', next)
    onAnswer(socket, (found) => (found === status ? next() : fail(socket, `${url} answered ${found}`)))
    socket.setTimeout(10_000, () => fail(socket, `${url} did not answer for 10 s`))
    socket.once('error', reject)
    socket.once('close', () => resolve())
  })
}

function fail(socket: Socket, why: string): void {
  socket.destroy(new Error(why))
}

/** Tells the status of each answer once its last byte is there. Answers must say their length. */
function onAnswer(socket: Socket, tell: (status: number) => void): void {
  let text = ''
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1')
    const answer = wholeAnswer(text)
    if (answer === undefined) return
    text = ''
    tell(answer)
  })
}

/** The status of an answer, or undefined while some of it is missing. */
export function wholeAnswer(text: string): number | undefined {
  const bodyAt = text.indexOf('\r\n\r\n') + 4
  if (bodyAt < 4) return undefined
  const [, length] = /\r\ncontent-length: *(\d+)/i.exec(text.slice(0, bodyAt)) ?? []
  if (length === undefined) throw new Error('an answer without Content-Length')
  return text.length - bodyAt < Number(length) ? undefined : Number(text.slice(9, 12))
}
