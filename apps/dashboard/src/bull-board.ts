import { createBullBoard } from '@bull-board/api'
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter'
import { ExpressAdapter } from '@bull-board/express'
import { deadLetterLane } from '@seatkeeper/queue'
import { redactText } from '@seatkeeper/service'
import type { Queue } from 'bullmq'
import { Router, type RequestHandler } from 'express'
import { boardHeaders } from './headers.ts'
import { itemOfJob } from './item-id.ts'
import type { LaneQueues } from './lane-queues.ts'

const path = '/queues'
const systemFonts = {
  'font-sans': "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif",
  'font-mono': 'ui-monospace, SFMono-Regular, Menlo, Consolas, monospace',
}

const options: NonNullable<Parameters<typeof createBullBoard>[0]['options']> = {
  uiConfig: {
    boardTitle: 'Seatkeeper queues',
    boardLogo: { path: '/assets/logo.svg', width: 26, height: 26 },
    favIcon: { default: '/assets/logo.svg', alternative: '/assets/logo.svg' },
    miscLinks: [{ text: 'Seatkeeper', url: '/' }],
    theme: { light: systemFonts, dark: systemFonts },
    hideRedisDetails: true,
    hideDocsLink: true,
    showWorkers: false,
  },
  handlerHooks: { after: (_, answer) => ({ ...answer, body: redactTexts(answer.body) }) },
}

/**
 * Bull Board over all lanes and the dead letters, to be mounted at `/queues`.
 *
 * It can only look: queues are read-only to it, and the caller lets nothing but GET through. Its page asks nobody but us.
 */
export function createBoard(queues: Pick<LaneQueues, 'all'>): Router {
  const server = new ExpressAdapter().setBasePath(path)
  const board = createBullBoard({ queues: [], serverAdapter: server, options })
  const adapters = new Map<string, BullMQAdapter>()
  const adapterOf = (queue: Queue) => {
    const adapter = adapters.get(queue.name) ?? adapt(queue)
    adapters.set(queue.name, adapter)
    return adapter
  }
  const showAllLanes: RequestHandler = async (_request, _response, next) => {
    board.replaceQueues((await queues.all()).map(adapterOf))
    next()
  }
  const pages = server.getRouter()
  pages.disable('x-powered-by')
  return Router().use(boardHeaders(), withoutOutsideLinks, showAllLanes, pages)
}

function adapt(queue: Queue): BullMQAdapter {
  return new BullMQAdapter(queue, {
    readOnlyMode: true,
    allowRetries: false,
    description: queue.name === deadLetterLane ? 'What is given up until somebody decides.' : '',
    externalJobUrl: ({ id }) => ({ displayText: 'What this is about', href: hrefOfJob(String(id)) }),
  })
}

function hrefOfJob(job: string): string {
  return `/items/${encodeURIComponent(itemOfJob(job) ?? job)}`
}

/** Our jobs hold no personal data; this is for the one that somebody else put there. */
function redactTexts<Body>(body: Body): Body {
  return JSON.parse(JSON.stringify(body), (_, value: unknown) =>
    typeof value === 'string' ? redactText(value) : value,
  )
}

/** Bull Board's page links a font at a third party; without it the browser takes one of its own. */
const withoutOutsideLinks: RequestHandler = (_, response, next) => {
  const send = response.send.bind(response)
  response.send = (body: unknown) =>
    send(
      typeof body === 'string' && body.startsWith('<!DOCTYPE html>')
        ? body.replace(/<link href="https:[^>]*>/g, '')
        : body,
    )
  next()
}
