/**
 * Ends jest's output with one line for machines: `N passed, N failed`.
 *
 * A file that could not be run counts as one failure; skipped tests are in neither number. It waits for the process to
 * end, because jest prints coverage after the last reporter has had its say.
 */
export default class TallyReporter {
  onRunComplete(_, { numPassedTests, numFailedTests, numRuntimeErrorTestSuites }) {
    const line = `${numPassedTests} passed, ${numFailedTests + numRuntimeErrorTestSuites} failed\n`
    process.once('exit', () => process.stdout.write(line))
  }
}
