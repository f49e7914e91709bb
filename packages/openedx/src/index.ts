export { LmsConfig } from './config.ts'
export { createCourses, LmsAddress } from './course-terms.ts'
export { createOpenedx, type OpenedxTools } from './openedx.ts'
export { memoryTokenCache, type CachedToken, type TokenCache } from './token-cache.ts'
