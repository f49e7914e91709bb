import { describe, expect, it } from '@jest/globals'
import { judgePublicUrl } from './public-address.ts'

describe('judgePublicUrl', () => {
  it.each([
    ['a public address', 'https://hooks.example.org', ['93.184.215.14'], ['ok']],
    ['no address', 'https://hooks.example.org', [], ['wrong']],
    ['a private network', 'https://hooks.example.org', ['10.1.2.3'], ['wrong']],
    ['this machine, seen from elsewhere', 'https://127.0.0.1', ['127.0.0.1'], ['wrong']],
    ['the address of a cloud’s own data', 'https://hooks.example.org', ['169.254.169.254'], ['wrong']],
    ['one of many that is private', 'https://hooks.example.org', ['93.184.215.14', '192.168.0.1'], ['wrong']],
    ['a port that WordPress refuses', 'https://hooks.example.org:8443', ['93.184.215.14'], ['ok', 'wrong']],
    ['a port that it takes', 'https://hooks.example.org:8080', ['93.184.215.14'], ['ok']],
    ['plain http', 'http://hooks.example.org', ['93.184.215.14'], ['ok', 'warning']],
    ['the shop’s own host and port', 'https://shop.example.org', ['10.1.2.3'], ['ok']],
  ])('judges %s', (_, publicUrl, addresses, states) => {
    const verdicts = judgePublicUrl({ publicUrl, shopUrl: 'https://shop.example.org', addresses })
    expect(verdicts.map(({ state }) => state)).toEqual(states)
  })

  it('judges nothing where all is on one machine', () => {
    const verdicts = judgePublicUrl({ publicUrl: 'http://127.0.0.1:9', shopUrl: 'http://localhost:8', addresses: [] })
    expect(verdicts.map(({ state }) => state)).toEqual(['ok'])
  })
})
