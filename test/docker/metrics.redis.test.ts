import { spawnSync } from 'node:child_process'
import { describe, expect, it } from '@jest/globals'
import { ingressMetrics, workerMetrics } from '../docs/metrics-page.ts'
import { hasPromtool } from './promtool.ts'

const describeWithPromtool = hasPromtool() ? describe : describe.skip

describeWithPromtool('the metrics, by promtool (of the package prometheus)', () => {
  it.each([
    ['ingress', ingressMetrics],
    ['worker', workerMetrics],
  ])('of the %s are named as is usual', async (_name, metricsOf) => {
    const input = await (await metricsOf()).text()
    expect(input).toMatch('# HELP seatkeeper_redis_findings ')
    const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], { input, encoding: 'utf8' })
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' })
  })
})
