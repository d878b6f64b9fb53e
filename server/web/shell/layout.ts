import { can } from '../../auth/policy.ts';
import { ANYONE, NO_ONE } from '../../auth/principal.ts';
import { LANGUAGES } from '../texts/language.ts';
import { SHELL_TEXTS } from '../texts/shell-texts.ts';
import { favicon } from './favicon.ts';
import { form } from './forms.ts';
import { type Html, html } from './html.ts';
import { MARK_SHAPES } from './marks.ts';
import type { Page } from './page.ts';
import type { Language, Query, View } from './view.ts';

/** How a reader wants to see times. */
export type ZoneChoice = 'service' | 'utc' | 'browser';

export interface Frame {
  readonly view: View;
  /** Below the dashboard, such as `/databases/x`. */
  readonly path: string;
  readonly query: Query;
  readonly zone: ZoneChoice;
  /** IANA */
  readonly serviceZone: string;
  /** The addresses of style and scripts. */
  readonly assets: { readonly style: string; readonly scripts: readonly string[] };
  /** Which pages there are, of those in `NAVIGATION`. */
  readonly pages: ReadonlySet<string>;
  /** Whether its address can be asked for again: that of a form can't. */
  readonly hasAddress: boolean;
  /** Whether it is fetched again when something changes: not what is shown once, and no error. */
  readonly isLive: boolean;
  /** Whether someone has signed in, and can sign out. */
  readonly hasSession: boolean;
}

/** @returns the whole page, ready to be sent */
export function layout(page: Page, frame: Frame): string {
  const { view, assets, zone } = frame;
  const t = SHELL_TEXTS[view.language];
  const { attention = 0 } = page;
  const isKnown = view.principal !== NO_ONE;
  return html`<!doctype html>
<html lang="${view.language}" data-zone="${zone}"${frame.isLive && html` data-live="${view.link('/events')}"`}>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
${
  view.csrfToken !== '' &&
  html`<meta name="csrf-token" content="${view.csrfToken}">
`
}<title>${attention > 0 && html`(${view.format.number(attention)}) `}${page.title} · Lumbung</title>
<link rel="icon" href="${favicon(attention)}">
<link rel="stylesheet" href="${assets.style}">
${assets.scripts.map(script => html`<script type="module" src="${script}"></script>\n`)}</head>
<body data-stale="${t.stale}" data-sort="${t.sortHint}">
<a class="skip" href="#main">${t.skip}</a>
${MARK_SHAPES}
<header class="top">
<a class="brand" href="${view.link('/')}">Lumbung</a>
${isKnown && navigation(frame)}${isKnown && search(view)}</header>
<main id="main" tabindex="-1">
${page.body}
</main>
${foot(frame)}
${isKnown && keys(view)}
</body>
</html>
`.text;
}

const NAVIGATION = [
  ['fleet', '/', 'list'],
  ['runs', '/runs', 'list'],
  ['drills', '/drills', 'list'],
  ['alerts', '/alerts', 'list'],
  ['audit', '/audit', 'audit'],
  ['settings', '/settings', 'status'],
] as const;

function navigation({ view, path, pages }: Frame): Html {
  const t = SHELL_TEXTS[view.language];
  const shown = NAVIGATION.filter(([, to, action]) => pages.has(to) && can(view.principal, action));
  const isHere = (to: string) => (to === '/' ? path === '/' : path === to || path.startsWith(`${to}/`));
  return html`<nav aria-label="${t.navigation}"><ul>${shown.map(
    ([name, to]) =>
      html`<li><a href="${view.link(to)}"${isHere(to) && html` aria-current="page"`}>${t.pages[name]}</a></li>`,
  )}</ul></nav>`;
}

function search(view: View): Html {
  const t = SHELL_TEXTS[view.language];
  return html`<form class="search" role="search" method="get" action="${view.link('/')}"><label class="hidden" for="find">${t.search}</label><input id="find" type="search" name="search" placeholder="${t.search}" maxlength="64" autocomplete="off"><button>${t.searchButton}</button></form>`;
}

function foot(frame: Frame): Html {
  const { view, hasSession } = frame;
  const t = SHELL_TEXTS[view.language];
  const { principal } = view;
  return html`<footer class="foot">
${principal === ANYONE && html`<p>${t.open}</p>`}${principal !== ANYONE && principal !== NO_ONE && html`<p>${t.signedInAs(principal.name)}</p>`}
${hasSession && form(view, { action: view.link('/sign-out'), submit: t.signOut, kind: 'quiet' })}
${frame.hasAddress && languages(frame)}${frame.hasAddress && principal !== NO_ONE && zones(frame)}
<p>${t.made(view.format.atText(view.now))}. ${principal !== NO_ONE && html`<span class="keyshint">${t.keysHint}</span>`}</p>
</footer>`;
}

function languages({ view, path, query }: Frame): Html {
  const t = SHELL_TEXTS[view.language];
  return html`<ul class="switch" aria-label="${t.language}">${Object.entries(LANGUAGES).map(
    ([language, name]) =>
      html`<li><a rel="nofollow" lang="${language}" hreflang="${language}" href="${view.link(path, { ...query, lang: language })}"${language === view.language && html` aria-current="true"`}>${name}</a></li>`,
  )}</ul>`;
}

function zones({ view, path, query, zone, serviceZone }: Frame): Html {
  const t = SHELL_TEXTS[view.language];
  const names = { service: t.zones.service(serviceZone), utc: t.zones.utc, browser: t.zones.browser };
  const choices = (Object.keys(names) as ZoneChoice[]).filter(one => one !== 'utc' || serviceZone !== 'UTC');
  return html`<ul class="switch zones" aria-label="${t.zone}"><li>${t.zone}</li>${choices.map(
    one =>
      html`<li class="${one}"><a rel="nofollow" href="${view.link(path, { ...query, zone: one })}"${one === zone && html` aria-current="true"`}>${names[one]}</a></li>`,
  )}</ul>`;
}

/** Shown by keys.js; without it the page has no keys, and no one sees this. */
function keys({ language }: { readonly language: Language }): Html {
  const t = SHELL_TEXTS[language];
  const rows = [
    ['/', t.keyList.search],
    ['j', t.keyList.next],
    ['k', t.keyList.previous],
    ['Enter', t.keyList.open],
    ['?', t.keyList.help],
  ];
  return html`<dialog id="keys" aria-labelledby="keys-title"><h2 id="keys-title">${t.keys}</h2><dl>${rows.map(
    ([key, what]) => html`<dt><kbd>${key}</kbd></dt><dd>${what}</dd>`,
  )}</dl><form method="dialog"><button>${t.close}</button></form></dialog>`;
}
