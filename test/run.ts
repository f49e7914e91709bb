/** `npm test`: every test there is, on the pinned Node. Further arguments go to jest; its exit code is ours. */
import { runJest } from './command.ts'

const onCi = process.env['CI'] === 'true' ? ['--ci'] : []
const { exitCode } = await runJest([...onCi, ...process.argv.slice(2)], 'inherit')
process.exitCode = exitCode
