/**
 * Whether the LMS can read a text as the key of a course run, new or old style; the course need not exist. Its letters are
 * those of any script.
 *
 * @see edx opaque-keys, `opaque_keys/edx/locator.py`, `CourseLocator`
 */
export function isCourseKey(text: string): boolean {
  return (
    /^course-v1:[\p{L}\p{N}_\-~.:]+(\+[\p{L}\p{N}_\-~.:]+){2}$/u.test(text) ||
    /^[\p{L}\p{N}_\-~.:]+(\/[\p{L}\p{N}_\-~.:]+){2}$/u.test(text)
  )
}
