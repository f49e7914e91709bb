import { html, type Content, type Html } from '../html.ts'
import type { Visitor } from '../login/visitor.ts'

/** The places that the head of every page links to. */
export type Place = 'overview' | 'dead-letters' | 'record' | 'queues'

const places: readonly { readonly place: Place; readonly href: string; readonly text: string }[] = [
  { place: 'overview', href: '/', text: 'Overview' },
  { place: 'dead-letters', href: '/dead-letters', text: 'Dead letters' },
  { place: 'record', href: '/record', text: 'Record' },
  { place: 'queues', href: '/queues', text: 'Queues' },
]

export interface PageParts {
  readonly visitor: Visitor
  readonly title: string
  /** Where the reader is; undefined on pages that are not in the head. */
  readonly place?: Place
  readonly content: Content
}

/** A page for somebody who is logged in. */
export function page({ visitor, title, place, content }: PageParts): Html {
  return document(
    title,
    html`<a class="skip" href="#content">To the content</a>
      <header class="head">
        <a class="brand" href="/">${logo} Seatkeeper</a>
        <nav aria-label="Places">
          ${places.map(
            (to) => html`<a href="${to.href}" ${to.place === place ? html`aria-current="page"` : null}>${to.text}</a>`,
          )}
        </nav>
        ${place === 'overview' ? null : searchForm('small')}
        <p class="who">${visitor.name === visitor.role ? null : visitor.name} <span>${visitor.role}</span></p>
        <form method="post" action="/logout"><button class="quiet">Log out</button></form>
      </header>
      <main id="content">${content}</main>`,
  )
}

/** Where an operator begins. What is typed goes into no address, as it may be a person's. */
export function searchForm(size: 'small' | 'large'): Html {
  return html`<form class="search ${size}" role="search" method="post" action="/search">
    <input
      name="words"
      type="search"
      aria-label="Order number, e-mail address or course"
      placeholder="Order, e-mail or course"
      required
      autocomplete="off"
      spellcheck="false"
      ${size === 'large' ? html`autofocus` : null}
    />
    <button>Find</button>
  </form>`
}

/** A page with one thing on it, for anybody. @param head what else its head is to hold. */
export function barePage(title: string, content: Content, head: Content = null): Html {
  return document(
    title,
    html`<main class="alone">
      <p class="brand">${logo} Seatkeeper</p>
      ${content}
    </main>`,
    head,
  )
}

function document(title: string, body: Html, head: Content = null): Html {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title} · Seatkeeper</title>
        <link rel="icon" type="image/svg+xml" href="/assets/logo.svg" />
        <link rel="stylesheet" href="/assets/dashboard.css" />
        ${head}
      </head>
      <body>
        ${body}
      </body>
    </html>`
}

/** A chair and the tick that keeps it. */
const logo = html`<svg viewBox="0 0 32 32" width="24" height="24" aria-hidden="true">
  <path d="M9 5v12h11M9 17v10M20 17v10" />
  <path class="tick" d="M15 10l4 4 8-10" />
</svg>`
