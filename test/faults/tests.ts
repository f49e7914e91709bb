import { throttle } from '../budget/throttle-fault.ts'
import { orderChaosFault } from '../chaos/order-chaos-fault.ts'
import { lostWebhooks } from '../forgetful-shop/lost-webhooks.ts'
import { webhookFuzzFault } from '../fuzz/webhook-fuzz-fault.ts'
import { ackKill } from './ack-kill.ts'
import { powerCut } from './power-cut.ts'
import { halfOpen } from './half-open.ts'
import { unsafeStart } from './unsafe-start.ts'
import { misbehavingLms } from './misbehaving-lms.ts'
import { oneEffect } from './one-effect.ts'
import { isolation } from './isolation.ts'
import { lmsOutage } from './lms-outage.ts'
import { replayTwice } from './replay-twice.ts'
import { redisTrouble } from './redis-trouble.ts'
import { clockFault } from './clock.ts'
import { slowBody } from './slow-body.ts'
import { echo } from '../write-back/echo.ts'
import { clusterFault } from '../topologies/cluster-fault.ts'
import { scaleFault } from '../topologies/scale-fault.ts'
import { replicasFault, sentinelFault } from '../topologies/sentinel-fault.ts'
import type { FaultTest } from './fault-test.ts'
import { deploy } from './deploy.ts'
import { poison } from './poison.ts'

/** Those that are run all together, in the order in which they are run. */
export const faultTests: readonly FaultTest[] = [
  ackKill,
  lostWebhooks,
  misbehavingLms,
  oneEffect,
  lmsOutage,
  throttle,
  isolation,
  replayTwice,
  slowBody,
  echo,
  orderChaosFault,
  webhookFuzzFault,
  powerCut,
  poison,
  deploy,
  halfOpen,
  unsafeStart,
  redisTrouble,
  clockFault,
]

/** Too long, or with too many servers, for the others' company: each is run by its name only. */
export const byHand: readonly FaultTest[] = [sentinelFault, replicasFault, clusterFault, scaleFault]
