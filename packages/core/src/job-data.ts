import { z } from 'zod'

const Stored = z.looseObject({ v: z.int().positive() })
/** Data of a job as some release stored it; `v` is the version of its shape. */
export type StoredData = z.output<typeof Stored>

/** Makes data of one version that of the next; the field `v` is seen to. Pure. */
export type Upcast = (older: StoredData) => object

/** What must be known to read the data of a job. */
export interface ReadableType<Data> {
  readonly data: { safeParse(data: unknown): { success: true; data: Data } | { success: false } }
  /** The first lifts version 1, the next version 2, and so on up to the version that `data` reads. */
  readonly upcasts?: readonly Upcast[]
}

/** Reads a job's data as this or any earlier release stored it; undefined for a newer release's, and for what is none. */
export function readJobData<Data>({ data, upcasts = [] }: ReadableType<Data>, stored: unknown): Data | undefined {
  const found = Stored.safeParse(stored)
  if (!found.success) return undefined
  const lifted = upcasts
    .slice(found.data.v - 1)
    .reduce((older, upcast) => ({ ...upcast(older), v: older.v + 1 }), found.data)
  const read = data.safeParse(lifted)
  return read.success ? read.data : undefined
}
