import { html, type Html } from '../html.ts'
import { barePage } from './layout.ts'

export interface LoginPageParts {
  /** Where to go afterwards: a path of ours. */
  readonly next: string
  /** How people can log in here. */
  readonly ways: { readonly password: boolean; readonly signOn: boolean }
  /** What went wrong, if anything did. */
  readonly problem?: string
}

/** Asks people who they are. */
export function loginPage({ next, ways, problem }: LoginPageParts): Html {
  return barePage(
    'Log in',
    html`<h1>Log in</h1>
      ${problem === undefined ? null : html`<p class="alert" role="alert" id="problem">${problem}</p>`}
      ${ways.signOn ? signOnLink(next) : null} ${ways.signOn && ways.password ? html`<p class="or">or</p>` : null}
      ${ways.password ? passwordForm(next, problem) : null}
      <p class="hint">Sessions last eight hours.${ways.password ? ' Five guesses in fifteen minutes.' : null}</p>`,
  )
}

function signOnLink(next: string): Html {
  return html`<p>
    <a class="button wide" href="/login/start?next=${encodeURIComponent(next)}">Log in with your account</a>
  </p>`
}

function passwordForm(next: string, problem: string | undefined): Html {
  return html`<form method="post" action="/login" class="stack">
    <input type="hidden" name="next" value="${next}" />
    <label for="password">Password</label>
    <input
      id="password"
      name="password"
      type="password"
      autocomplete="current-password"
      required
      autofocus
      ${problem === undefined ? null : html`aria-invalid="true" aria-describedby="problem"`}
    />
    <button>Log in</button>
  </form>`
}

/** Goes on by itself, as a step from a page of ours. */
export function loggedInPage(next: string): Html {
  return barePage(
    'Logged in',
    html`<h1>Logged in</h1>
      <p><a href="${next}">Go on</a></p>`,
    html`<meta http-equiv="refresh" content="0;url=${next}" />`,
  )
}
