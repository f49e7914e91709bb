import { failStart } from '@seatkeeper/service'
import { createProgram } from './program.ts'

/** One line on a terminal, written over and over; nothing where the output goes to a program. */
const progress = (text: string) => {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[2K${text}`)
}

createProgram({
  env: process.env,
  print: (text) => void process.stdout.write(`${text}\n`),
  progress,
  endWith: (code) => (process.exitCode = code),
})
  .parseAsync(process.argv)
  .catch(failStart)
