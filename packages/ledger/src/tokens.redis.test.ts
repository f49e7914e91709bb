import { describe, expect, it } from '@jest/globals'
import { LmsId } from '@seatkeeper/core'
import { useLedger } from './fixture.ts'

const at = useLedger()

describe('tokens', () => {
  it('forget a token only if it is still the one that was refused', async () => {
    const tokens = at.ledger.tokens(LmsId.parse('campus'), 'seatkeeper')
    await tokens.write({ token: 'new', expiresAtMs: Date.now() + 60_000 })
    await tokens.drop('old')
    expect(await tokens.read()).toMatchObject({ token: 'new' })
    await tokens.drop('new')
    expect(await tokens.read()).toBeUndefined()
  })
})
