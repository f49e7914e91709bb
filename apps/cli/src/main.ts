import { failStart } from '@seatkeeper/service'
import { createProgram } from './program.ts'

createProgram({ env: process.env, print: (text) => void process.stdout.write(`${text}\n`) })
  .parseAsync(process.argv)
  .catch(failStart)
