/** The picture in the browser's tab. */
export const logoSvg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32" fill="none" stroke="#7a8699" stroke-width="3" stroke-linecap="round" stroke-linejoin="round"><path d="M9 5v12h11M9 17v10M20 17v10"/><path stroke="#12875a" d="M15 10l4 4 8-10"/></svg>
`

/** The one stylesheet of our pages: light and dark, down to the width of a phone, no font but the reader's own. */
export const stylesheet = `
:root {
  color-scheme: light dark;
  --paper: #f6f7f9; --card: #fff; --ink: #1b2430; --soft: #566273; --line: #dde2e9; --link: #0b5cad;
  --good: #0d6b47; --good-bg: #ddf3e8; --busy: #0b5cad; --busy-bg: #dfecfa; --wait: #7a5200; --wait-bg: #fbeecb;
  --bad: #a3221b; --bad-bg: #fce5e3; --button: #0f7a51; --tick: #12875a;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #12161c; --card: #1a2029; --ink: #e6eaf0; --soft: #9aa7b8; --line: #2c3541; --link: #7db8f5;
    --good: #6fd6a8; --good-bg: #15352a; --busy: #8ec1f7; --busy-bg: #172e47; --wait: #efc55f; --wait-bg: #3a2e10;
    --bad: #ff9b92; --bad-bg: #3a1b1a; --button: #0f7a51; --tick: #3ecf8e;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif; }
main { max-width: 68rem; margin: 0 auto; padding: 1.5rem 1.25rem 4rem; }
a { color: var(--link); text-underline-offset: 0.15em; }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; border-radius: 4px; }
h1 { font-size: 1.7rem; line-height: 1.25; margin: 0.25rem 0 1rem; letter-spacing: -0.01em; overflow-wrap: anywhere; }
h2 { font-size: 1.1rem; margin: 2.25rem 0 0.75rem; }
p { margin: 0.5rem 0; }
code { font: 0.88em ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; overflow-wrap: anywhere; }
small, .hint, .over { color: var(--soft); font-size: 0.875rem; }
.over { margin: 0; }

.head { display: flex; flex-wrap: wrap; align-items: center; gap: 0.5rem 1.5rem; padding: 0.6rem 1.25rem; background: var(--card); border-bottom: 1px solid var(--line); }
.brand { display: inline-flex; align-items: center; gap: 0.5rem; margin: 0; font-weight: 650; color: var(--ink); text-decoration: none; }
.brand svg { fill: none; stroke: var(--soft); stroke-width: 3; stroke-linecap: round; stroke-linejoin: round; }
.brand .tick { stroke: var(--tick); }
.head nav { display: flex; flex: 1; flex-wrap: wrap; gap: 0.25rem; }
.head nav a { padding: 0.35rem 0.7rem; border-radius: 6px; color: var(--soft); text-decoration: none; }
.head nav a:hover { color: var(--ink); }
.head nav a[aria-current] { background: var(--paper); color: var(--ink); font-weight: 600; }
button { font: inherit; font-weight: 600; padding: 0.55rem 1rem; border: 0; border-radius: 8px; background: var(--button); color: #fff; cursor: pointer; }
button:hover { filter: brightness(1.08); }
button.quiet { background: none; color: var(--soft); font-weight: 400; padding: 0.35rem 0.5rem; }
input[type='password'] { font: inherit; width: 100%; padding: 0.6rem 0.75rem; border: 1px solid var(--soft); border-radius: 8px; background: var(--card); color: var(--ink); }

.alone { max-width: 25rem; margin: 14vh auto 2rem; padding: 1.75rem; background: var(--card); border: 1px solid var(--line); border-radius: 16px; }
.alone h1 { margin-top: 1.25rem; }
.stack { display: grid; gap: 0.6rem; margin: 1rem 0; }
.stack label { font-weight: 600; }
.stack button { margin-top: 0.4rem; }
.alert { padding: 0.85rem 1rem; border-radius: 10px; background: var(--bad-bg); border-left: 4px solid var(--bad); }
.alert p { margin: 0.2rem 0; }
.alert .hint { color: var(--ink); }
.advice { font-size: 1.06rem; }
.empty { padding: 1.5rem; border: 1px dashed var(--line); border-radius: 10px; color: var(--soft); text-align: center; }

.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr)); gap: 0.75rem; margin: 0 0 1rem; }
.tiles div { display: flex; flex-direction: column; padding: 0.8rem 1rem; background: var(--card); border: 1px solid var(--line); border-radius: 12px; }
.tiles dt { color: var(--soft); font-size: 0.875rem; }
.tiles dd { margin: 0; font-size: 1.9rem; font-weight: 650; line-height: 1.2; font-variant-numeric: tabular-nums; }
.tiles .about { color: var(--soft); font-size: 0.875rem; font-weight: 400; line-height: 1.55; }
.tiles .dead { background: var(--bad-bg); border-color: var(--bad); }
.tiles .dead dd:not(.about) { color: var(--bad); }

.scroll { overflow-x: auto; background: var(--card); border: 1px solid var(--line); border-radius: 12px; }
table { width: 100%; border-collapse: collapse; }
th, td { padding: 0.65rem 1rem; text-align: left; vertical-align: top; border-top: 1px solid var(--line); }
thead .number { text-transform: capitalize; }
thead th { border-top: 0; color: var(--soft); font-size: 0.875rem; font-weight: 500; white-space: nowrap; }
tbody th { font-weight: 500; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
.zero { color: var(--soft); }
time, th code { white-space: nowrap; }

.badge { display: inline-block; padding: 0.05rem 0.6rem; border-radius: 999px; font-size: 0.82rem; font-weight: 600; line-height: 1.6; vertical-align: middle; letter-spacing: 0; background: var(--busy-bg); color: var(--busy); }
.settled, .open, .granted { background: var(--good-bg); color: var(--good); }
.waiting, .throttled, .parked { background: var(--wait-bg); color: var(--wait); }
.badge.dead, .closed { background: var(--bad-bg); color: var(--bad); }
.withdrawn { background: var(--line); color: var(--soft); }
.code { font-weight: 650; color: var(--bad); }

.facts { display: flex; flex-wrap: wrap; gap: 1px; margin: 1rem 0; background: var(--card); border: 1px solid var(--line); border-radius: 12px; overflow: hidden; }
.facts div { flex: 1 1 15rem; padding: 0.6rem 1rem; box-shadow: 0 0 0 1px var(--line); }
.facts dt { color: var(--soft); font-size: 0.875rem; }
.facts dd { margin: 0; overflow-wrap: anywhere; }
.events { list-style: none; margin: 0; padding: 0; background: var(--card); border: 1px solid var(--line); border-radius: 12px; }
.events:empty { display: none; }
.events li { display: grid; grid-template-columns: 14.5rem 1fr; gap: 0.25rem 1rem; align-items: baseline; padding: 0.55rem 1rem; border-top: 1px solid var(--line); }
ul.events li { grid-template-columns: 6.5rem 1fr; }
.events li:first-child { border-top: 0; }
.events time { color: var(--soft); font-size: 0.9rem; font-variant-numeric: tabular-nums; }
.events .badge { justify-self: start; }

@media (max-width: 44rem) {
  .alone { margin: 0; min-height: 100vh; border: 0; border-radius: 0; }
  .head { justify-content: space-between; }
  .head nav { order: 1; flex: 1 0 100%; justify-content: space-between; }
  .events li, ul.events li { grid-template-columns: 1fr; }
  .cards thead { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; }
  .cards tr { display: block; padding: 0.6rem 0; border-top: 1px solid var(--line); }
  .cards tr:first-child { border-top: 0; }
  .cards th, .cards td { display: block; padding: 0.15rem 1rem; border: 0; }
  .cards td.number { display: inline-block; padding-right: 0; text-align: left; }
  .cards td[data-name]::before { content: attr(data-name) ': '; color: var(--soft); }
}
`
