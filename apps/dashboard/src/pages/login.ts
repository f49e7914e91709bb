import { html, type Html } from '../html.ts'
import { barePage } from './layout.ts'

export interface LoginPageParts {
  /** Where to go afterwards: a path of ours. */
  readonly next: string
  /** What went wrong, if anything did. */
  readonly problem?: string
}

/** Asks for the password. */
export function loginPage({ next, problem }: LoginPageParts): Html {
  return barePage(
    'Log in',
    html`<h1>Log in</h1>
      ${problem === undefined ? null : html`<p class="alert" role="alert" id="problem">${problem}</p>`}
      <form method="post" action="/login" class="stack">
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
      </form>
      <p class="hint">Sessions last eight hours. Five guesses in fifteen minutes.</p>`,
  )
}
