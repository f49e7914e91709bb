import { describe, expect, it } from '@jest/globals'
import { FieldPath, valuesAt } from './field-path.ts'

/** Of processor time, which no neighbour stretches; a pattern that backtracks takes many seconds. */
const halfASecondUs = 500_000

const fields = [
  { key: 'learner_email', value: 'ada@example.org' },
  { key: 'Learner no. 1', value: 'by its whole key' },
  { key: 'Learner no', value: { ' 1': 'by a way down' } },
  { key: 'learners', value: [{ email: 'a@example.org' }, { name: 'B' }, { email: 'c@example.org' }] },
  { key: 'learner_email', value: 'bob@example.org' },
  { key: 'deep', value: { who: { first: { email: 'deep@example.org' } } } },
  { key: '_alg_wc_pif_global', value: [anInput('Size', 'L'), anInput('Learner e-mail', 'eve@example.org')] },
  {
    key: '_alg_wc_pif_local',
    value: { '1': anInput('Size', 'M'), '3': anInput(' Learner e-mail', 'gap@example.org') },
  },
]

describe('valuesAt', () => {
  it.each([
    ['learner_email', ['ada@example.org', 'bob@example.org']],
    ['Learner no. 1', ['by its whole key']],
    ['learners.email', ['a@example.org', 'c@example.org']],
    ['learners.2.email', ['c@example.org']],
    ['learners[name=B].name', ['B']],
    ['deep.who.first.email', ['deep@example.org']],
    ['deep.who[email=deep@example.org].email', ['deep@example.org']],
    ['_alg_wc_pif_global._value', ['L', 'eve@example.org']],
    ['_alg_wc_pif_global[title=Learner e-mail]._value', ['eve@example.org']],
    ['_alg_wc_pif_local[title=Learner e-mail]._value', ['gap@example.org']],
    ['_alg_wc_pif_global[title=Learner][type=email]._value', []],
    ['_alg_wc_pif_global[_field_nr=2]._value', []],
    ['_alg_wc_pif_global[_field_nr=1][title=Size]._value', []],
    ['_alg_wc_pif_global[_field_nr=1]._value', ['L', 'eve@example.org']],
    ['learner_email.length', []],
    ['learners.length', []],
    ['learners.__proto__', []],
    ['deep.constructor', []],
    ['nobody', []],
  ])('finds at %s %j', (path, found) => {
    expect(valuesAt(fields, FieldPath.parse(path))).toEqual(found)
  })
})

describe('FieldPath', () => {
  it.each(['', ' ', '.email', '[a=b]', 'key.', 'key..email', 'key[a]', 'key[=b]', 'key[a=b', 'key[a=b]c', 'key]'])(
    'refuses %j',
    (path) => {
      expect(FieldPath.safeParse(path).success).toBe(false)
    },
  )

  it('is quick with a path that almost is one', () => {
    const startedAt = process.cpuUsage()
    expect(FieldPath.safeParse(`key${'[a='.repeat(160)}`).success).toBe(false)
    expect(process.cpuUsage(startedAt).user).toBeLessThan(halfASecondUs)
  })
})

/** One field as the plugin Product Input Fields keeps it with a line. */
function anInput(title: string, value: string): object {
  return { enabled: true, type: 'text', required: false, title, _plugin_version: '3.0.0', _field_nr: 1, _value: value }
}
