/** Why a process does not start, told so that an operator can act: `message` is the whole text to print. */
export class StartError extends Error {
  override readonly name: string = 'StartError'
}

/** Everything that is wrong with the configuration at once. `message` is the whole text and shows no value. */
export class ConfigError extends StartError {
  override readonly name = 'ConfigError'
}
