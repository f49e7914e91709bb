import { z } from 'zod'

const address = z.url({ protocol: /^https?$/ }).optional()

/** What of OpenTelemetry's own variables counts here; the exporter reads headers, certificates and timeout by itself. */
export const tracingSettings = {
  OTEL_EXPORTER_OTLP_ENDPOINT: address.describe(
    'address of an OpenTelemetry collector that takes OTLP over HTTP, usually port 4318; no traces without',
  ),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: address.describe(
    'whole address for traces, where it is not /v1/traces below that',
  ),
  OTEL_EXPORTER_OTLP_PROTOCOL: z
    .enum(['http/json', 'http/protobuf'])
    .default('http/json')
    .describe('what the collector is known to take; JSON is sent, which every one takes over HTTP; grpc is not spoken'),
  OTEL_TRACES_SAMPLER: z
    .enum(['always_on', 'parentbased_always_on', 'traceidratio', 'parentbased_traceidratio'])
    .default('always_on')
    .describe('whether all traces are kept, or a share of them that is the same in every process'),
  OTEL_TRACES_SAMPLER_ARG: z.coerce.number().min(0).max(1).default(1).describe('that share, 0 to 1'),
  OTEL_SERVICE_NAME: z
    .string()
    .optional()
    .describe('name of the service in traces; seatkeeper- and the process unless set'),
  OTEL_SDK_DISABLED: z.enum(['true', 'false']).default('false').describe('true for no traces, whatever else is set'),
}

export type TracingSettings = z.output<z.ZodObject<typeof tracingSettings>>

/** Where spans are sent; undefined where nobody wants any. */
export function tracesUrl(settings: TracingSettings): string | undefined {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: base, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: whole } = settings
  if (settings.OTEL_SDK_DISABLED === 'true') return undefined
  return whole ?? (base === undefined ? undefined : `${base.replace(/\/$/, '')}/v1/traces`)
}

/** The share of traces that is kept, 0 to 1. */
export function keptShare(settings: Pick<TracingSettings, 'OTEL_TRACES_SAMPLER' | 'OTEL_TRACES_SAMPLER_ARG'>): number {
  return settings.OTEL_TRACES_SAMPLER.endsWith('always_on') ? 1 : settings.OTEL_TRACES_SAMPLER_ARG
}
