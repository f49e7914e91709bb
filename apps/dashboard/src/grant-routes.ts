import { CourseKey, CourseMode, EmailAddress, LmsId, type Agenda, type Ledger, type WakeUp } from '@seatkeeper/core'
import type { Search } from '@seatkeeper/ledger'
import { lmsesOf } from '@seatkeeper/queue'
import { Router, type Request, type RequestHandler } from 'express'
import { z } from 'zod'
import { fieldOf, readForm } from './forms.ts'
import { requireRole } from './guard.ts'
import { visitorOf } from './login/visitor.ts'
import { grantPage, type GrantForm } from './pages/grant.ts'
import { send } from './send.ts'

export interface GrantParts {
  readonly ledger: Pick<Agenda, 'lanes'> & Pick<Ledger, 'setOperatorClaim'> & Pick<Search, 'soldCourses'>
  readonly wake: (wakeUps: readonly WakeUp[]) => Promise<void>
}

/** Granting and denying a seat by who learns what where; for those who bought nothing, too. */
export function createGrants(parts: GrantParts): Router {
  const router = Router()
  const admin = requireRole('admin')
  router.get('/seats/new', admin, async (request, response) => {
    const typed = { lms: fieldOf(request, 'lms'), course: fieldOf(request, 'course') }
    send(response, grantPage(visitorOf(request), await formOf(parts.ledger, typed, null)))
  })
  router.post('/seats/new', admin, readForm, decide(parts))
  return router
}

const accessOf = { grant: 'granted', deny: 'denied' } as const

const Wish = z.object({
  what: z.enum(['grant', 'deny']),
  email: EmailAddress,
  lms: LmsId,
  course: CourseKey,
  mode: CourseMode,
  reason: z.string().min(1).max(200),
})

const objections: ReadonlyMap<PropertyKey, string> = new Map([
  ['what', 'Say whether to grant or to deny.'],
  ['email', 'That cannot be an e-mail address.'],
  ['lms', 'No LMS of this name is known here.'],
  ['course', 'That cannot be the key of a course run; one looks like course-v1:ExampleU+CS101+2026.'],
  ['mode', 'That cannot be a course mode; most are called verified, honor, audit or professional.'],
  ['reason', 'Say why, in at most 200 characters, for the record.'],
])

/** An LMS that no worker serves would leave the seat due for ever. */
function decide({ ledger, wake }: GrantParts): RequestHandler {
  return async (request, response) => {
    const typed = typedIn(request)
    const wish = Wish.safeParse(typed)
    const isKnown = lmsesOf(await ledger.lanes()).some((lms) => lms === typed['lms'])
    if (!wish.success || !isKnown) {
      const wrong = wish.error?.issues[0]?.path[0] ?? 'lms'
      response.status(400)
      return send(
        response,
        grantPage(visitorOf(request), await formOf(ledger, typed, objections.get(wrong) ?? 'That cannot be.')),
      )
    }
    const { what, email: learner, lms, course, mode, reason } = wish.data
    const item = { lms, course, mode }
    const by = visitorOf(request).name
    const made = await ledger.setOperatorClaim({ access: accessOf[what], item, seat: null, learner, by, reason })
    await wake(made.wakeUps)
    response.redirect(303, `/items/seat-${made.seat}`)
  }
}

function typedIn(request: Request): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.keys(Wish.shape).map((name) => [name, fieldOf(request, name)]))
}

/** So many course runs are offered to choose from; others can be typed. */
const mostOffered = 300

async function formOf(
  ledger: GrantParts['ledger'],
  typed: GrantForm['typed'],
  problem: string | null,
): Promise<GrantForm> {
  const [lanes, sold] = await Promise.all([ledger.lanes(), ledger.soldCourses('')])
  const courses = [...new Set(sold.map(({ course }) => course))].slice(0, mostOffered)
  return { lmses: lmsesOf(lanes), courses, typed, problem }
}
