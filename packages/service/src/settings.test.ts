import { describe, expect, it } from '@jest/globals'
import { loadSettings, Settings } from './settings.ts'

const Wanted = Settings.pick({ REDIS_URL: true, PORT: true, LOG_LEVEL: true })

const load = () => loadSettings(Wanted, { PORT: 'hunter2', LOG_LEVEL: 'loud' })

describe('loadSettings', () => {
  it('takes an empty value for a missing one and fills in what is safe', () => {
    expect(loadSettings(Wanted, { REDIS_URL: 'redis://127.0.0.1:6379', PORT: '' })).toEqual({
      REDIS_URL: 'redis://127.0.0.1:6379',
      PORT: 8080,
      LOG_LEVEL: 'info',
    })
  })

  it('names every problem at once and shows no value', () => {
    expect(load).toThrow(/^The environment has 3 problems:\n/)
    expect(load).toThrow(/REDIS_URL \(address of Redis.*\): is not set/)
    expect(load).not.toThrow(/hunter2/)
  })
})
