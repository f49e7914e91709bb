import type { CourseItem } from './claim.ts'
import { CourseKey, type CourseMode, type LmsId } from './ids.ts'
import type { OrderLine } from './order.ts'

/** How the products of one store become course runs. */
export interface Catalogue {
  /** The LMS whose courses this store sells. */
  readonly lms: LmsId
  /** The course mode a sale grants. */
  readonly mode: CourseMode
}

/** What a line sells: a SKU that is a course key sells that course run; any other line is no business of ours. */
export function resolveLine({ sku }: Pick<OrderLine, 'sku'>, { lms, mode }: Catalogue): readonly CourseItem[] {
  const course = CourseKey.safeParse(sku?.trim())
  return course.success ? [{ lms, course: course.data, mode }] : []
}
