import { describe, expect, it } from '@jest/globals'
import { nameOf, roleOf } from './claims.ts'

const rules = {
  viewer: ['groups=support'],
  operator: ['realm_access.roles=ops'],
  admin: ['superuser=true', 'https://a.example.org/is=boss=1'],
}

describe('roleOf', () => {
  it.each([
    [{ groups: ['sales', 'support'] }, 'viewer'],
    [{ groups: 'support' }, 'viewer'],
    [{ realm_access: { roles: ['ops'] } }, 'operator'],
    [{ superuser: true, groups: ['support'] }, 'admin'],
    [{ 'https://a.example.org/is': 'boss=1' }, 'admin'],
    [{ groups: ['supporters'] }, undefined],
    [{ groups: { support: true } }, undefined],
    [{ superuser: 'no' }, undefined],
    [{ __proto__: { superuser: true } }, undefined],
    [{}, undefined],
  ])('of %j is %p', (claims, role) => {
    expect(roleOf(claims, rules)).toBe(role)
  })
})

describe('nameOf', () => {
  it('takes the claim, else the provider’s own id', () => {
    expect(nameOf({ sub: '17', nick: 'grace' }, 'nick')).toBe('grace')
    expect(nameOf({ sub: '17', nick: '' }, 'nick')).toBe('17')
    expect(nameOf({ nick: 5 }, 'nick')).toBe('unknown')
  })

  it('is one short line', () => {
    expect(nameOf({ sub: `a\n\u202eb${'c'.repeat(100)}` }, 'sub')).toBe(`a  b${'c'.repeat(76)}`)
  })
})
