import { z } from 'zod'

/** A custom field ("meta data") of an order, a line or a product. Plugins put any JSON into its value. */
export interface CustomField {
  readonly key: string
  readonly value: unknown
}

/** The custom fields of something. What has another shape, or is not there, names nothing. */
export const CustomFields = z
  .unknown()
  .optional()
  .transform((list): readonly CustomField[] => (Array.isArray(list) ? list.filter(isCustomField) : []))

function isCustomField(field: unknown): field is CustomField {
  return typeof field === 'object' && field !== null && 'key' in field && typeof field.key === 'string'
}
