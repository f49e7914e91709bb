import { spawnSync } from 'node:child_process'

/** Whether this machine has Prometheus' own judge of rules and metrics. */
export function hasPromtool(): boolean {
  return spawnSync('promtool', ['--version']).error === undefined
}
