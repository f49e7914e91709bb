import { z } from 'zod'
import type { CustomField } from './custom-fields.ts'

/** One step down into a field's value: to what a name holds, or to those parts whose `name` says `value`. */
type Step =
  | { readonly kind: 'into'; readonly name: string }
  | { readonly kind: 'where'; readonly name: string; readonly value: string }

/** Where something stands in custom fields: the key of a field and the way down into its value. */
export interface FieldPath {
  /** As written; a field with this very key is taken whole. */
  readonly text: string
  readonly key: string
  readonly steps: readonly Step[]
}

const keyPattern = /^[^.[\]]+/
const stepPattern = /\.([^.[\]]+)|\[([^=[\]]+)=([^\]]*)\]/y

/**
 * A path as an operator writes it: `key`, `key.name`, `key[name=value].name`.
 *
 * The last form finds its way in lists of objects, such as those that the plugin Product Input Fields keeps with a line:
 * `_alg_wc_pif_global[title=Learner e-mail]._value`.
 *
 * @see product-input-fields-for-woocommerce, `includes/class-pif-order.php`, `add_product_input_fields_to_order_item_meta`
 */
export const FieldPath = z
  .string()
  .max(500)
  .transform((text, context): FieldPath => {
    const path = parse(text)
    if (path !== undefined) return path
    context.addIssue({ code: 'custom', message: 'write a key, key.name or key[name=value].name' })
    return z.NEVER
  })

/** All that stands at a path, in order of appearance. A list is entered in each of its parts, or in one by its number. */
export function valuesAt(fields: readonly CustomField[], { text, key, steps }: FieldPath): readonly unknown[] {
  const whole = fields.filter((field) => field.key === text)
  if (whole.length > 0) return whole.map(({ value }) => value)
  const values = fields.filter((field) => field.key === key).map(({ value }) => value)
  return steps.reduce((found, step) => found.flatMap((value) => follow(value, step)), values)
}

function parse(text: string): FieldPath | undefined {
  const [key] = keyPattern.exec(text) ?? []
  if (key === undefined || key.trim() === '') return undefined
  const steps: Step[] = []
  stepPattern.lastIndex = key.length
  for (let end = key.length; end < text.length; end = stepPattern.lastIndex) {
    const found = stepPattern.exec(text)
    if (found === null) return undefined
    const [, into, name = '', value = ''] = found
    steps.push(into === undefined ? { kind: 'where', name, value } : { kind: 'into', name: into })
  }
  return { text, key, steps }
}

function follow(value: unknown, step: Step): readonly unknown[] {
  if (step.kind === 'where') return partsOf(value).filter((part) => says(part, step))
  if (!Array.isArray(value) || has(value, step.name)) return own(value, step.name)
  return value.flatMap((part) => own(part, step.name))
}

/** PHP writes a list with a gap as an object. */
function partsOf(value: unknown): readonly unknown[] {
  return typeof value === 'object' && value !== null ? Object.values(value) : []
}

function says(part: unknown, { name, value }: { readonly name: string; readonly value: string }): boolean {
  return own(part, name).some((said) => textOf(said) === value.trim())
}

/** Undefined where it is neither text nor number. */
function textOf(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value)
  return typeof value === 'string' ? value.trim() : undefined
}

function own(value: unknown, name: string): readonly unknown[] {
  const isThere = typeof value === 'object' && value !== null && has(value, name)
  return isThere ? [Reflect.get(value, name)] : []
}

/** Only what came with the JSON: not the length of a list. */
function has(value: object, name: string): boolean {
  return Object.prototype.propertyIsEnumerable.call(value, name)
}
