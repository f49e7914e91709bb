import { registerHooks } from 'node:module'

/** Preloaded into a process, it says once on its standard error that OpenTelemetry's SDK was loaded. Its API is: prom-client has it. */
let isLoaded = false
registerHooks({
  load: (url, context, nextLoad) => {
    if (!isLoaded && url.includes('/@opentelemetry/sdk-trace/')) {
      isLoaded = true
      process.stderr.write('the SDK is loaded\n')
    }
    return nextLoad(url, context)
  },
})
