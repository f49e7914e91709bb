import { describe, expect, it } from '@jest/globals'
import { demoCourseKeys, type LmsCourse, type LmsSimulator } from './simulator.ts'
import { startSite, verified } from './site.fixture.ts'

const kindsOf = (lms: LmsSimulator) => lms.events.map(({ kind }) => kind).filter((kind) => kind !== 'mail')

describe('POST enrollment', () => {
  it('answers a new enrolment with 200 and the row, the learner in the LMS’s own spelling', async () => {
    const { lms, enrol } = await startSite()
    const { status, body } = await enrol({ mode: 'verified', is_active: true })
    expect(status).toBe(200)
    expect(body).toMatchObject({
      created: '2026-11-21T18:00:00.000000Z',
      mode: 'verified',
      is_active: true,
      user: 'Alice',
      course_details: {
        course_id: verified,
        invite_only: false,
        course_modes: [{ slug: 'audit' }, { slug: 'verified', min_price: 49 }],
      },
    })
    expect(lms.row('Alice', verified)).toEqual({ mode: 'verified', isActive: true })
    expect(lms.events.map(({ kind, ...event }) => [kind, 'mode' in event && event.mode])).toEqual([
      ['row-created', 'audit'],
      ['activated', 'audit'],
      ['mail', 'audit'],
      ['mode-changed', 'verified'],
    ])
  })

  it('flaps when an inactive row is deactivated again', async () => {
    const { lms, enrol } = await startSite()
    lms.adminSet('Alice', verified, { mode: 'verified', isActive: false })
    const before = lms.events.length
    expect(await enrol({ mode: 'verified', is_active: false })).toMatchObject({
      status: 200,
      body: { is_active: false },
    })
    expect(lms.events.slice(before).map(({ kind }) => kind)).toEqual([
      'mode-changed',
      'activated',
      'mail',
      'mode-changed',
      'deactivated',
    ])
  })

  it('leaves one row with one activation when ten calls arrive at once', async () => {
    const { lms, enrol } = await startSite()
    const heard = await Promise.all(Array.from({ length: 10 }, () => enrol({ mode: 'verified', is_active: true })))
    expect(heard.map(({ status }) => status)).toEqual(Array(10).fill(200))
    expect(lms.rows()).toHaveLength(1)
    expect(kindsOf(lms)).toEqual(['row-created', 'activated', 'mode-changed'])
  })

  it('enrols accounts that are not yet activated', async () => {
    const { lms, enrol } = await startSite()
    lms.addUser({ username: 'bob', email: 'bob@example.org', isActive: false })
    expect(await enrol({ user: 'bob', mode: 'audit', is_active: true })).toMatchObject({ status: 200 })
    expect(lms.row('bob', verified)).toEqual({ mode: 'audit', isActive: true })
  })

  it('enrols the service user itself when nobody is named', async () => {
    const { lms, enrol } = await startSite()
    expect(await enrol({ user: undefined, is_active: true })).toMatchObject({ status: 200, body: { user: 'service' } })
    expect(lms.row('service', verified)).toBeDefined()
  })

  it('finds the learner by address, except builds before 2023, which take the service user', async () => {
    const byAddress = { user: undefined, email: 'ALICE@example.org', mode: 'audit', is_active: true }
    const ulmo = await startSite()
    expect(await ulmo.enrol(byAddress)).toMatchObject({ body: { user: 'Alice' } })
    const old = await startSite({ profile: 'pre2023' })
    expect(await old.enrol(byAddress)).toMatchObject({ status: 200, body: { user: 'service' } })
  })

  it('replaces attributes, keeps the row when one lacks its value, and breaks before it when one lacks its name', async () => {
    const { lms, enrol } = await startSite()
    const whole = { namespace: 'woocommerce', name: 'order', value: '1' }
    const { value: _value, ...valueless } = whole
    expect(await enrol({ is_active: true, enrollment_attributes: [{ namespace: 'x' }] })).toMatchObject({ status: 500 })
    expect(lms.rows()).toEqual([])
    expect(await enrol({ is_active: true, enrollment_attributes: [valueless] })).toMatchObject({
      status: 400,
      body: { message: "'value' not in enrollment attribute" },
    })
    expect(lms.rows()).toMatchObject([{ isActive: true, attributes: [] }])
    expect(await enrol({ mode: 'verified', enrollment_attributes: [whole] })).toMatchObject({ status: 200 })
    expect(lms.rows()).toMatchObject([{ mode: 'verified', attributes: [whole] }])
  })

  it('refuses an unknown cohort after the row is written', async () => {
    const { lms, enrol } = await startSite()
    expect(await enrol({ is_active: true, cohort: 'red' })).toMatchObject({
      status: 400,
      body: { message: 'An error occured while adding to cohort [red]' },
    })
    expect(lms.row('Alice', verified)).toEqual({ mode: 'audit', isActive: true })
  })

  it('opens a closed or invitation-only course with force, a full one never', async () => {
    const { enrol } = await startSite()
    const forced = { mode: 'verified', is_active: true, force_enrollment: true }
    expect(await enrol({ ...forced, course: demoCourseKeys.closed })).toMatchObject({ status: 200 })
    expect(await enrol({ ...forced, course: demoCourseKeys.inviteOnly })).toMatchObject({ status: 200 })
    expect(await enrol({ ...forced, course: demoCourseKeys.full })).toMatchObject({ status: 400 })
  })

  it('takes no notice of the service user’s own staffness, but of the learner’s', async () => {
    const { lms, enrol } = await startSite()
    const closed = { mode: 'audit', is_active: true, course: demoCourseKeys.closed }
    expect(await enrol(closed)).toMatchObject({ status: 400 })
    lms.setStaff('Alice', true)
    expect(await enrol(closed)).toMatchObject({ status: 200 })
  })
})

const notCreated = (key: string) =>
  `An error occurred while creating the new course enrollment for user 'Alice' in course '${key}'`
const noMode = (mode: string, key: string) =>
  `The [${mode}] course mode is expired or otherwise unavailable for course run [${key}].`

describe('POST enrollment refuses', () => {
  it.each<[string, Record<string, unknown>, number, string]>([
    [
      'no course',
      { course: undefined, course_details: {} },
      400,
      'Course ID must be specified to create a new enrollment.',
    ],
    ['a bad course key', { course: 'DemoU' }, 400, "No course 'DemoU' found for enrollment"],
    ['an unknown course', { course: 'course-v1:A+B+C' }, 400, "No course 'course-v1:A+B+C' found for enrollment"],
    ['an unknown user', { user: 'bob' }, 406, 'The user bob does not exist.'],
    [
      'an unknown address',
      { user: '', email: 'b@example.org' },
      406,
      'The user with the email address b@example.org does not exist.',
    ],
    ['a mode that is not offered', { mode: 'masters' }, 400, noMode('masters', verified)],
    [
      'an expired mode',
      { mode: 'verified', course: demoCourseKeys.expiredVerified },
      400,
      noMode('verified', demoCourseKeys.expiredVerified),
    ],
    [
      'no mode where there is no default',
      { course: demoCourseKeys.professionalOnly },
      400,
      noMode('None', demoCourseKeys.professionalOnly),
    ],
    ['a closed course', { course: demoCourseKeys.closed }, 400, notCreated(demoCourseKeys.closed)],
    ['an invitation-only course', { course: demoCourseKeys.inviteOnly }, 400, notCreated(demoCourseKeys.inviteOnly)],
    ['a full course', { course: demoCourseKeys.full }, 400, notCreated(demoCourseKeys.full)],
    ['text for is_active', { is_active: 'foo' }, 400, "'foo' is an invalid enrollment activation status."],
    ['a number for force', { force_enrollment: 1 }, 400, "'1' is an invalid force enrollment status."],
  ])('%s', async (_name, fields, status, message) => {
    const { lms, enrol } = await startSite()
    expect(await enrol(fields)).toMatchObject({ status, body: { message } })
    expect(lms.rows()).toEqual([])
  })

  it('an unavailable mode, listing what there is', async () => {
    const { enrol } = await startSite()
    const { body } = await enrol({ mode: 'verified', course: demoCourseKeys.noModes })
    expect(body).toMatchObject({ course_details: { course_modes: [{ slug: 'audit' }] } })
    expect(body).not.toHaveProperty('course_details.user')
  })

  it('to deactivate in another mode', async () => {
    const { lms, enrol } = await startSite()
    lms.adminSet('Alice', verified, { mode: 'verified', isActive: true })
    expect(await enrol({ mode: 'audit', is_active: false })).toMatchObject({
      status: 400,
      body: { message: "Enrollment mode mismatch: active mode=verified, requested mode=audit. Won't deactivate." },
    })
    expect(lms.row('Alice', verified)).toEqual({ mode: 'verified', isActive: true })
  })

  it('credit without its provider', async () => {
    const { lms, enrol } = await startSite()
    lms.addCourse({ key: verified, name: 'Credit', modes: [{ slug: 'audit' }, { slug: 'credit' }] })
    lms.adminSet('Alice', verified, { mode: 'audit', isActive: true })
    const enrollment_attributes = [{ namespace: 'woocommerce', name: 'order', value: '1' }]
    expect(await enrol({ mode: 'credit', enrollment_attributes })).toMatchObject({
      status: 400,
      body: {
        message: "Missing enrollment attributes: requested mode=credit required attributes=['credit:provider_id']",
      },
    })
  })

  it('learners and callers of an embargoed country', async () => {
    const { lms, enrol } = await startSite()
    const refusal = {
      status: 403,
      body: {
        message: `Users from this location cannot access the course '${demoCourseKeys.embargoed}'.`,
        user_message_url: `${lms.url}/embargo/blocked-message/enrollment/default/`,
      },
    }
    lms.addUser({ username: 'bob', email: 'bob@example.org', country: 'XA' })
    expect(await enrol({ user: 'bob', course: demoCourseKeys.embargoed })).toMatchObject(refusal)
    expect(await enrol({ course: demoCourseKeys.embargoed })).toMatchObject({ status: 200 })
    lms.settings.callerCountry = 'XA'
    expect(await enrol({ course: demoCourseKeys.embargoed })).toMatchObject(refusal)
  })

  it('additions that a plugin forbids, but not updates', async () => {
    const { lms, enrol } = await startSite()
    const filtered: LmsCourse = {
      key: verified,
      name: 'Filtered',
      modes: [{ slug: 'audit' }, { slug: 'verified' }],
      filterMessage: 'Not you',
    }
    lms.addCourse(filtered)
    expect(await enrol({ mode: 'audit' })).toMatchObject({
      status: 403,
      body: { message: 'Not you', localizedMessage: 'Not you' },
    })
    lms.adminSet('Alice', verified, { mode: 'audit', isActive: true })
    expect(await enrol({ mode: 'verified' })).toMatchObject({ status: 200 })
  })

  it('retired users as unknown ones', async () => {
    const { lms, enrol } = await startSite()
    await enrol({ mode: 'audit', is_active: true })
    lms.retire('alice')
    expect(await enrol({})).toMatchObject({ status: 406 })
    expect(lms.row('Alice', verified)).toEqual({ mode: 'audit', isActive: false })
  })

  it('callers who are not staff: others look absent, paid modes are forbidden', async () => {
    const { lms, enrol } = await startSite()
    lms.setStaff('service', false)
    expect(await enrol({})).toMatchObject({ status: 404, body: '' })
    expect(await enrol({ user: undefined, email: 'alice@example.org' })).toMatchObject({ status: 404, body: '' })
    expect(await enrol({ user: 'service', mode: 'verified' })).toMatchObject({
      status: 403,
      body: { message: 'User does not have permission to create enrollment with mode [verified].' },
    })
    expect(await enrol({ user: 'service', mode: 'audit' })).toMatchObject({ status: 200 })
  })

  it('bodies that are no JSON object', async () => {
    const { ask, enrol, lms } = await startSite()
    expect(await ask('POST', '/api/enrollment/v1/enrollment', ['x'])).toMatchObject({ status: 500 })
    expect(await enrol({ course_details: 'x' })).toMatchObject({ status: 500 })
    expect(lms.rows()).toEqual([])
  })
})
