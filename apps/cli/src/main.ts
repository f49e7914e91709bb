import { createInterface } from 'node:readline/promises'
import { failStart } from '@seatkeeper/service'
import { createProgram } from './program.ts'

/** One line on a terminal, written over and over; nothing where the output goes to a program. */
const progress = (text: string) => {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[2K${text}`)
}

/** What comes after such a line takes its place. */
const afterProgress = () => progress('')

const ask = async (question: string) => {
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  return terminal.question(question).finally(() => terminal.close())
}

createProgram({
  env: process.env,
  print: (text) => {
    afterProgress()
    process.stdout.write(`${text}\n`)
  },
  progress,
  ask: process.stdin.isTTY ? ask : undefined,
  endWith: (code) => (process.exitCode = code),
})
  .parseAsync(process.argv)
  .catch((error: unknown) => {
    afterProgress()
    failStart(error)
  })
