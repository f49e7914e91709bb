import type { Socket } from 'node:net'

/** How bytes go one way. */
export interface Pace {
  /** Each piece arrives this much later. */
  readonly latencyMs?: number
  /** And up to this much later still; the order is kept. */
  readonly jitterMs?: number
  /** Pieces are cut to this size and go one by one. */
  readonly sliceBytes?: number
  /** Rest after each piece. */
  readonly pauseMs?: number
}

/** One way of a connection. */
export interface Channel {
  /** Takes and acknowledges everything from now on, and passes on nothing more: no bytes, no end. */
  swallow(): void
  /** Passes on the end now, whatever the source does. */
  end(): void
}

interface Piece {
  readonly bytes: Buffer
  readonly dueMs: number
}

/** More than this in flight and the source has to wait. */
const mostBytes = 1024 * 1024

/** Passes bytes from one socket to another at a pace that may change; the end of one becomes the end of the other. */
export function createChannel(source: Socket, sink: Socket, pace: () => Pace): Channel {
  const pieces: Piece[] = []
  let isSwallowing = false
  let hasEnded = false
  let timer: NodeJS.Timeout | undefined

  const pass = () => {
    timer = undefined
    for (let piece = pieces[0]; piece !== undefined; piece = pieces[0]) {
      const restMs = piece.dueMs - performance.now()
      if (restMs > 0.5) {
        timer = setTimeout(pass, restMs)
        return
      }
      pieces.shift()
      if (sink.writable) sink.write(piece.bytes)
    }
    if (hasEnded) sink.end()
    if (source.isPaused()) source.resume()
  }
  source.on('data', (bytes: Buffer) => {
    if (isSwallowing) return
    pieces.push(...paced(bytes, pace(), pieces.at(-1)?.dueMs ?? 0))
    if (pieces.length > 1 && sizeOf(pieces) > mostBytes) source.pause()
    if (timer === undefined) pass()
  })
  source.on('end', () => {
    hasEnded = true
    if (timer === undefined && !isSwallowing) sink.end()
  })
  sink.on('close', () => {
    clearTimeout(timer)
    pieces.length = 0
  })
  return {
    swallow: () => {
      isSwallowing = true
      pieces.length = 0
      clearTimeout(timer)
      source.resume()
    },
    end: () => void sink.end(),
  }
}

function paced(bytes: Buffer, pace: Pace, notBeforeMs: number): readonly Piece[] {
  const { latencyMs = 0, jitterMs = 0, sliceBytes = bytes.length, pauseMs = 0 } = pace
  const firstMs = Math.max(notBeforeMs, performance.now() + latencyMs + Math.random() * jitterMs)
  return Array.from({ length: Math.ceil(bytes.length / sliceBytes) }, (_, index) => ({
    bytes: bytes.subarray(index * sliceBytes, (index + 1) * sliceBytes),
    dueMs: firstMs + index * pauseMs,
  }))
}

function sizeOf(pieces: readonly Piece[]): number {
  return pieces.reduce((sum, { bytes }) => sum + bytes.length, 0)
}
