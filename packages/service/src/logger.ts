import type { Writable } from 'node:stream'
import { createLogger as createWinston, format, transports } from 'winston'
import { redact } from './redaction.ts'
import { sampled } from './sampling.ts'

/** How much is logged; each level includes those after it. `silent` logs nothing. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent'

/** What a log line carries beside its event. Errors may stand anywhere in it. */
export type LogFields = Readonly<Record<string, unknown>>

/** Writes event-named lines: `log.info('job.settled', { job, outcome })`. */
export interface Logger {
  debug(event: string, fields?: LogFields): void
  info(event: string, fields?: LogFields): void
  warn(event: string, fields?: LogFields): void
  error(event: string, fields?: LogFields): void
}

export interface LoggerOptions {
  /** `json` for machines, one object per line; `pretty` for people at a terminal. */
  readonly shape?: 'json' | 'pretty'
  /** Where lines go; standard output unless given. */
  readonly stream?: Writable
}

/** Warnings and errors of one event that pass in a second; the rest are counted. */
const linesPerSecond = 20

/**
 * A logger whose every line is one line of text, without secrets and personal data as far as names and looks tell.
 *
 * A line is `time`, `level`, `event`, then the fields; a field of one of those three names is lost. Floods of warnings
 * and errors are sampled.
 *
 * @see `redact` for what is left out, `sampled` for floods.
 */
export function createLogger(level: LogLevel, { shape = 'json', stream = process.stdout }: LoggerOptions = {}): Logger {
  const winston = createWinston({
    level: level === 'silent' ? 'error' : level,
    silent: level === 'silent',
    format: format.printf(({ level: at, message, fields }) => {
      const line = { time: new Date().toISOString(), level: at, event: message, ...withoutReserved(redact(fields)) }
      return escapeControls(shape === 'json' ? JSON.stringify(line) : pretty(line))
    }),
    transports: [new transports.Stream({ stream, eol: '\n' })],
  })
  const write = (at: keyof Logger) => (event: string, fields?: LogFields) => {
    winston.log({ level: at, message: event, fields })
  }
  return sampled(
    { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') },
    linesPerSecond,
  )
}

interface Line {
  readonly time: string
  readonly level: string
  readonly event: unknown
  readonly [field: string]: unknown
}

function withoutReserved(fields: unknown): object {
  if (typeof fields !== 'object' || fields === null) return {}
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !['time', 'level', 'event'].includes(name)))
}

function pretty({ time, level, event, ...fields }: Line): string {
  const told = Object.entries(fields).map(([name, value]) => `${name}=${JSON.stringify(value)}`)
  return [time.slice(11, 19), level.padEnd(5), event, ...told].join(' ')
}

/** Every control that JSON left as it was, line and paragraph separator and change of writing direction as `\uXXXX`: no line can forge another. */
function escapeControls(text: string): string {
  return text.replace(
    /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
