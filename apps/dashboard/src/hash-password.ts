import { text } from 'node:stream/consumers'
import { failStart } from '@seatkeeper/service'
import { hashPassword } from './login/password.ts'

/** Reads a password from standard input, never from the command line, and prints what to configure for it. */
async function main(): Promise<void> {
  const password = (await text(process.stdin)).replace(/\r?\n$/, '')
  console.log(`DASHBOARD_PASSWORD_HASH=${await hashPassword(password)}`)
}

main().catch(failStart)
