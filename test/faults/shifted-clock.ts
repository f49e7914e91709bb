/*
 * For `--import`: the wall clock of this process is CLOCK_AHEAD_MS off, and after SIGUSR2 CLOCK_STEP_MS as well. Timers and
 * `performance.now` go on as they were, as they do when somebody sets a machine's clock.
 */
const RealDate = Date
let aheadMs = Number(process.env['CLOCK_AHEAD_MS'] ?? 0)
const now = () => RealDate.now() + aheadMs

class ShiftedDate extends RealDate {
  constructor(...given: ConstructorParameters<DateConstructor> | []) {
    super(...((given.length === 0 ? [now()] : given) as [number]))
  }
  static override now(): number {
    return now()
  }
}

globalThis.Date = ShiftedDate as DateConstructor
process.on('SIGUSR2', () => {
  aheadMs += Number(process.env['CLOCK_STEP_MS'] ?? 0)
})
