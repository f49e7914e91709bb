import { Command } from 'commander'
import { adoptCommand } from './adopt.ts'
import { catalogueCommand } from './catalogue.ts'
import { configCommand } from './config.ts'
import { connectCommand } from './connect.ts'
import { deadLetterCommand } from './dead-letter.ts'
import { doctorCommand } from './doctor.ts'
import { eraseCommand } from './erase.ts'
import { laneCommand } from './lane.ts'
import { operatorLogCommand } from './operator-log.ts'
import { orderCommand } from './order.ts'
import { reconcileCommand } from './reconcile.ts'
import { seatCommand } from './seat.ts'

/** What every command gets from outside. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly print: (text: string) => void
  /** Shows how far long work is; each text replaces the one before. */
  readonly progress: (text: string) => void
  /** Asks a person; not there where nobody sits before it. */
  readonly ask?: ((question: string) => Promise<string>) | undefined
  /** Sets the exit code of a command that has said all it has to say, and found something. */
  readonly endWith: (code: number) => void
}

/** The `seatkeeper` command. Exit codes: 0 done, 1 could not be done (one sentence says why), 2 wrongly called. */
export function createProgram(surroundings: Surroundings): Command {
  const program = new Command('seatkeeper')
    .description('Looks into Seatkeeper and sets things right.')
    .addHelpText(
      'after',
      '\nEnvironment: REDIS_URL, SEATKEEPER_CONFIG. Exit codes: 0 done, 1 not done, 2 wrongly called; doctor and catalogue check say their own.',
    )
    .addCommand(orderCommand(surroundings))
    .addCommand(seatCommand(surroundings))
    .addCommand(deadLetterCommand(surroundings))
    .addCommand(laneCommand(surroundings))
    .addCommand(reconcileCommand(surroundings))
    .addCommand(adoptCommand(surroundings))
    .addCommand(connectCommand(surroundings))
    .addCommand(catalogueCommand(surroundings))
    .addCommand(eraseCommand(surroundings))
    .addCommand(doctorCommand(surroundings))
    .addCommand(operatorLogCommand(surroundings))
    .addCommand(configCommand(surroundings))
    .configureHelp({ showGlobalOptions: true })
  endWithTwo(program)
  return program
}

/** What was called wrongly ends with 2; a command of commander's does not take this over from the one above it. */
function endWithTwo(command: Command): void {
  command.exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))
  for (const below of command.commands) endWithTwo(below)
}
