import { createLogger, createMetrics, watchLoop } from '@seatkeeper/service'

/** Says when it begins and blocks its event loop for ever; `unwatched` has nobody who would notice. */
const isWatched = process.argv[2] !== 'unwatched'
if (isWatched) watchLoop(createLogger('info'), createMetrics(), { killMs: 1600 })
setTimeout(() => {
  process.stdout.write('blocked\n', () => {
    for (;;);
  })
}, 1000)
