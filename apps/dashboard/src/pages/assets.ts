/** The picture in the browser's tab. */
export const logoSvg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32" fill="none" stroke="#7a8699" stroke-width="3" stroke-linecap="round" stroke-linejoin="round"><path d="M9 5v12h11M9 17v10M20 17v10"/><path stroke="#12875a" d="M15 10l4 4 8-10"/></svg>
`

const colours = `
:root {
  color-scheme: light dark;
  --paper: #f6f7f9; --card: #fff; --ink: #1b2430; --soft: #566273; --line: #dde2e9; --link: #0b5cad;
  --good: #0d6b47; --good-bg: #ddf3e8; --busy: #0b5cad; --busy-bg: #dfecfa; --wait: #7a5200; --wait-bg: #fbeecb;
  --bad: #a3221b; --bad-bg: #fce5e3; --button: #0f6f4a; --danger: #a3221b; --tick: #12875a;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #12161c; --card: #1a2029; --ink: #e6eaf0; --soft: #9aa7b8; --line: #2c3541; --link: #7db8f5;
    --good: #6fd6a8; --good-bg: #15352a; --busy: #8ec1f7; --busy-bg: #172e47; --wait: #efc55f; --wait-bg: #3a2e10;
    --bad: #ff9b92; --bad-bg: #3a1b1a; --button: #0f6f4a; --danger: #a3322b; --tick: #3ecf8e;
  }
}`

const basics = `
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif; }
main { max-width: 68rem; margin: 0 auto; padding: 1.75rem 1.25rem 4rem; }
a { color: var(--link); text-underline-offset: 0.15em; }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; border-radius: 4px; }
h1 { font-size: 1.7rem; line-height: 1.25; margin: 0.1rem 0 1rem; letter-spacing: -0.01em; overflow-wrap: anywhere; }
h2 { font-size: 1.1rem; margin: 1.9rem 0 0.6rem; }
p { margin: 0.5rem 0; }
code { font: 0.88em ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; overflow-wrap: anywhere; }
small, .hint, .over, .detail { color: var(--soft); font-size: 0.875rem; }
.over { margin: 0; }
.person { margin: -0.5rem 0 1rem; overflow-wrap: anywhere; }
.skip { position: absolute; left: -99rem; }
.skip:focus { left: 1rem; top: 0.5rem; z-index: 1; padding: 0.4rem 0.8rem; background: var(--card); border-radius: 8px; }
time { white-space: nowrap; }
.empty { padding: 1.5rem; border: 1px dashed var(--line); border-radius: 12px; color: var(--soft); text-align: center; }
.note { padding: 0.7rem 1rem; border-radius: 12px; background: var(--busy-bg); }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 21rem), 1fr)); gap: 0 1.5rem; }
details { margin: 2.25rem 0 0; }
summary { color: var(--soft); cursor: pointer; }`

const head = `
.head { display: flex; flex-wrap: wrap; align-items: center; gap: 0.5rem 1rem; padding: 0.6rem 1.25rem; background: var(--card); border-bottom: 1px solid var(--line); }
.brand { display: inline-flex; align-items: center; gap: 0.5rem; margin: 0; font-weight: 650; color: var(--ink); text-decoration: none; }
.brand svg { fill: none; stroke: var(--soft); stroke-width: 3; stroke-linecap: round; stroke-linejoin: round; }
.brand .tick { stroke: var(--tick); }
.head nav { display: flex; flex: 1; }
.head nav a { padding: 0.35rem 0.6rem; font-size: 0.95rem; border-radius: 8px; color: var(--soft); text-decoration: none; white-space: nowrap; }
.head nav a:hover { color: var(--ink); }
.head nav a[aria-current] { background: var(--paper); color: var(--ink); font-weight: 600; }
.who { margin: 0; font-size: 0.9rem; overflow-wrap: anywhere; }
.who span { color: var(--soft); }
.search { display: flex; gap: 0.4rem; }
.search.small input { width: 13.5rem; padding: 0.35rem 0.7rem; }
.search.small button { padding: 0.35rem 0.8rem; }
.search.large { max-width: 40rem; margin: 0 0 2rem; }
.search.large input { flex: 1; min-width: 0; font-size: 1.1rem; padding: 0.75rem 1rem; border-radius: 12px; }
.search.large button { border-radius: 12px; padding: 0.75rem 1.4rem; }`

const forms = `
button, .button { display: inline-block; font: inherit; font-weight: 600; padding: 0.5rem 1rem; border: 1px solid transparent; border-radius: 8px; background: var(--button); color: #fff; cursor: pointer; text-decoration: none; }
button:hover, .button:hover { filter: brightness(1.1); }
button.danger { background: var(--danger); }
.button.wide { display: block; text-align: center; }
.button.quiet { background: none; border-color: var(--line); color: var(--ink); font-weight: 500; }
button.quiet { background: none; color: var(--soft); font-weight: 400; padding: 0.35rem 0.5rem; }
.actions { display: flex; flex-wrap: wrap; gap: 0.5rem; margin: 0.9rem 0 0.2rem; }
input:not([type='radio']), select { font: inherit; width: 100%; padding: 0.6rem 0.75rem; border: 1px solid var(--soft); border-radius: 8px; background: var(--card); color: var(--ink); }
.stack { display: grid; gap: 0.6rem; margin: 1rem 0; max-width: 36rem; }
.stack label { font-weight: 600; }
.stack .hint { margin: -0.3rem 0 0; }
fieldset { margin: 0 0 0.5rem; padding: 0.5rem 1rem; border: 1px solid var(--line); border-radius: 12px; background: var(--card); }
legend { padding: 0 0.4rem; font-weight: 600; }
.choice { display: flex; gap: 0.6rem; align-items: baseline; }
.choice small { display: block; font-weight: 400; }
.or { text-align: center; color: var(--soft); }
.alone { max-width: 25rem; margin: 14vh auto 2rem; padding: 1.75rem; background: var(--card); border: 1px solid var(--line); border-radius: 16px; }
.alone h1 { margin-top: 1.25rem; }
.alert { padding: 0.85rem 1rem; border-radius: 12px; background: var(--bad-bg); border-left: 4px solid var(--bad); }`

const answers = `
.answer { margin: 0.9rem 0; padding: 0.9rem 1.1rem 1rem; background: var(--card); border: 1px solid var(--line); border-left: 5px solid var(--tone); border-radius: 12px; }
.answer p { margin: 0.25rem 0; }
.answer h2 { margin: 0.2rem 0; font-size: 1rem; font-weight: 500; overflow-wrap: anywhere; }
.answer .person { margin: 0 0 0.3rem; }
.answer .short { font-size: 1.2rem; }
.answer .short strong { color: var(--tone-ink, var(--tone)); font-weight: 650; }
.answer .actions { margin: 0.8rem 0 0; }
.good { --tone: var(--good); } .busy { --tone: var(--busy); } .wait { --tone: var(--wait); } .bad { --tone: var(--bad); } .none { --tone: var(--soft); }
.timeline { list-style: none; margin: 0; padding: 0.4rem 1.1rem; background: var(--card); border: 1px solid var(--line); border-radius: 12px; }
.timeline:empty { display: none; }
.timeline li { position: relative; display: grid; grid-template-columns: 12.5rem 1fr; gap: 0 1.75rem; padding: 0.5rem 0; }
.timeline li::before { content: ''; position: absolute; left: calc(12.5rem + 0.45rem); top: 0; bottom: 0; border-left: 2px solid var(--line); }
.timeline li::after { content: ''; position: absolute; left: calc(12.5rem + 0.45rem + 1px); top: 0.95rem; width: 0.7rem; height: 0.7rem; margin-left: -0.35rem; border-radius: 50%; background: var(--tone); border: 2px solid var(--card); }
.timeline time { color: var(--soft); font-size: 0.9rem; font-variant-numeric: tabular-nums; text-align: right; }
.timeline p { margin: 0; overflow-wrap: anywhere; }
.timeline small { display: block; }
.timeline .of { display: inline-block; margin-right: 0.3rem; padding: 0 0.45rem; border: 1px solid var(--line); border-radius: 6px; color: var(--soft); font-size: 0.8rem; }`

const figures = `
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr)); gap: 0.75rem; margin: 0 0 1rem; }
.tiles div { display: flex; flex-direction: column; padding: 0.8rem 1rem; background: var(--card); border: 1px solid var(--line); border-radius: 12px; }
.tiles dt { color: var(--soft); font-size: 0.875rem; }
.tiles dd { margin: 0; font-size: 1.9rem; font-weight: 650; line-height: 1.2; font-variant-numeric: tabular-nums; }
.tiles .about { color: var(--soft); font-size: 0.875rem; font-weight: 400; line-height: 1.55; }
.tiles .dead { background: var(--bad-bg); border-color: var(--bad); }
.tiles .dead dd:not(.about) { color: var(--bad); }
.tiles .dead .about { color: var(--ink); }
.chip { display: inline-block; margin: 0.15rem 0; padding: 0.15rem 0.7rem; border-radius: 999px; background: var(--bad-bg); color: var(--bad); text-decoration: none; font-weight: 600; overflow-wrap: anywhere; }
.chip:hover { text-decoration: underline; }
.sides { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 16rem), 1fr)); gap: 0.75rem; }
.side { padding: 0.8rem 1rem; background: var(--card); border: 1px solid var(--line); border-radius: 12px; }
.side h3 { display: flex; justify-content: space-between; gap: 0.5rem; margin: 0 0 0.3rem; font-size: 1rem; }
.side p { margin: 0.2rem 0; font-size: 0.95rem; }
.side .wrong { color: var(--bad); }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 18rem), 1fr)); gap: 0.75rem; }
.plot { margin: 0; padding: 0.8rem 1rem; background: var(--card); border: 1px solid var(--line); border-radius: 12px; }
.plot figcaption { display: flex; justify-content: space-between; gap: 1rem; font-size: 0.875rem; color: var(--soft); }
.plot figcaption strong { color: var(--ink); font-weight: 600; }
.plot svg { display: block; width: 100%; height: 4.5rem; margin-top: 0.4rem; overflow: visible; }
.plot path { fill: var(--tone); }
.plot line { stroke: var(--line); }
.plot .axis { display: flex; justify-content: space-between; margin: 0.2rem 0 0; font-size: 0.8rem; color: var(--soft); }`

const tables = `
.scroll { overflow-x: auto; background: var(--card); border: 1px solid var(--line); border-radius: 12px; }
table { width: 100%; border-collapse: collapse; }
th, td { padding: 0.65rem 1rem; text-align: left; vertical-align: top; border-top: 1px solid var(--line); }
thead .number { text-transform: capitalize; }
thead th { border-top: 0; color: var(--soft); font-size: 0.875rem; font-weight: 500; white-space: nowrap; }
tbody th { font-weight: 500; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
.zero { color: var(--soft); }
.badge { display: inline-block; padding: 0.05rem 0.6rem; border-radius: 999px; font-size: 0.82rem; font-weight: 600; line-height: 1.6; vertical-align: middle; letter-spacing: 0; background: var(--busy-bg); color: var(--busy); }
.badge.settled, .badge.open, .badge.granted { background: var(--good-bg); color: var(--good); }
.badge.waiting, .badge.throttled, .badge.parked { background: var(--wait-bg); color: var(--wait); }
.badge.dead, .badge.closed, .badge.denied { background: var(--bad-bg); color: var(--bad); }
.badge.withdrawn { background: var(--line); color: var(--ink); }
.code { font-weight: 650; color: var(--bad); }
.wait .code, .busy .code { color: inherit; }
.facts { display: grid; margin: 0.75rem 0; background: var(--card); border: 1px solid var(--line); border-radius: 12px; }
.facts div { display: grid; grid-template-columns: 11rem 1fr; gap: 0 1rem; padding: 0.5rem 1rem; border-top: 1px solid var(--line); }
.facts div:first-child { border-top: 0; }
.facts dt { color: var(--soft); }
.facts dd { margin: 0; overflow-wrap: anywhere; }
.rows { list-style: none; margin: 0.75rem 0; padding: 0; background: var(--card); border: 1px solid var(--line); border-radius: 12px; }
.rows li { padding: 0.5rem 1rem; border-top: 1px solid var(--line); overflow-wrap: anywhere; }
.rows li:first-child { border-top: 0; }`

const phones = `
@media (max-width: 44rem) {
  .alone { margin: 0; min-height: 100vh; border: 0; border-radius: 0; }
  .head { padding: 0.6rem 1rem; }
  .head nav { order: 1; flex: 1 0 100%; justify-content: space-between; }
  .head nav a { padding: 0.35rem 0.4rem; font-size: 0.9rem; }
  .head .search { order: 2; flex: 1 0 100%; }
  .search.small input { flex: 1; width: auto; }
  .who { flex: 1; text-align: right; }
  main { padding: 1.25rem 1rem 3rem; }
  .facts div { grid-template-columns: 1fr; }
  .timeline li { grid-template-columns: 1fr; padding-left: 1.4rem; }
  .timeline li::before { left: 0.3rem; }
  .timeline li::after { left: calc(0.3rem + 1px); }
  .timeline time { text-align: left; }
  .cards thead { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; }
  .cards tr { display: block; padding: 0.6rem 0; border-top: 1px solid var(--line); }
  .cards tr:first-child { border-top: 0; }
  .cards th, .cards td { display: block; padding: 0.15rem 1rem; border: 0; overflow-wrap: anywhere; }
  .cards td.number { display: inline-block; padding-right: 0; text-align: left; }
  .cards td[data-name]::before { content: attr(data-name) ': '; color: var(--soft); }
}`

/** The one stylesheet of our pages: light and dark, down to the width of a phone, no font but the reader's own. */
export const stylesheet = [colours, basics, head, forms, answers, figures, tables, phones].join('\n')
