/**
 * Whether the LMS can read a text as the key of a course run, new or old style; the course need not exist.
 *
 * @see edx opaque-keys, `opaque_keys/edx/locator.py`, `CourseLocator`
 */
export function isCourseKey(text: string): boolean {
  return (
    /^course-v1:[\w\-~.:]+\+[\w\-~.:]+\+[\w\-~.:]+$/.test(text) || /^[\w\-~.:]+\/[\w\-~.:]+\/[\w\-~.:]+$/.test(text)
  )
}
