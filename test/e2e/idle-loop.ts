import { createLogger, createMetrics, watchLoop } from '@seatkeeper/service'

/** Turns its event loop and says so. */
watchLoop(createLogger('silent'), createMetrics(), { killMs: 1600 })
setInterval(() => process.stdout.write('turn\n'), 200)
