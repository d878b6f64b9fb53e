import { can } from '../../../auth/policy.ts';
import { ANYONE } from '../../../auth/principal.ts';
import { isEverything } from '../../../auth/scope.ts';
import { command } from '../../forms/command.ts';
import { field, form } from '../../shell/forms.ts';
import { type Html, html } from '../../shell/html.ts';
import type { PageRequest } from '../../shell/page.ts';
import type { View } from '../../shell/view.ts';
import { FIRST_DAY_TEXTS } from './first-day-texts.ts';

/** What was typed, and what is wrong with it. */
export interface Tried {
  readonly name: string;
  readonly mistake: string;
}

const LIST =
  'mkdir -p ~/.config/lumbung && install -m 600 /opt/lumbung/databases.json ~/.config/lumbung/ && nano ~/.config/lumbung/databases.json';
const TOKEN_FILE = '~/.config/lumbung/token';

/** While nothing is there: the commands that lead to the first backup. */
export function firstDay(request: PageRequest, tried?: Tried): Html {
  const { view, serviceUrl } = request;
  const t = FIRST_DAY_TEXTS[view.language];
  const isOpen = view.principal === ANYONE;
  if (!isEverything(view.principal.scope)) return html`<p>${t.outOfScope}</p>`;
  return html`<section aria-labelledby="first"><h2 id="first">${t.heading}</h2>
<ol class="steps"><li><p>${t.list}</p>${command(view, LIST, 'list')}</li>
<li>${tokenStep(request, tried)}</li>
<li><p>${t.run}</p>${commands(view, serviceUrl, !isOpen)}<p>${t.cron}</p></li></ol></section>`;
}

function tokenStep({ view }: PageRequest, tried: Tried | undefined): Html {
  const t = FIRST_DAY_TEXTS[view.language];
  const { principal } = view;
  if (principal === ANYONE)
    return html`<p>${t.open}</p>${command(view, MAKE_ADMIN, 'admin')}${command(view, MAKE_TOKEN, 'make')}`;
  if (!can(principal, 'tokens'))
    return html`<p>${t.askAdmin}</p>${command(view, MAKE_TOKEN, 'make')}${giveToken(view)}`;
  const name = field({
    ...{ name: 'name', label: t.tokenName, hint: t.tokenHint, isRequired: true, maxLength: 64 },
    ...{ value: tried?.name ?? 'backup-host', mistake: tried?.mistake },
  });
  return html`<p>${t.makeToken}</p>${form(view, { action: view.link('/first-token'), fields: name, submit: t.submit })}`;
}

const MAKE_ADMIN = 'sudo lumbung token create --name YOU --role admin';
const MAKE_TOKEN = "sudo lumbung token create --name HOST --role upload --scope '*'";

/** What comes behind a token that was just made. */
export function withToken(
  { view, serviceUrl }: PageRequest,
  { name, text }: { readonly name: string; readonly text: string },
): Html {
  const t = FIRST_DAY_TEXTS[view.language];
  return html`<h1>${t.made(name)}</h1>
<p class="note warn">${t.once}</p>${command(view, text, 'token')}
${giveToken(view)}
<p>${t.run}</p>${commands(view, serviceUrl, true)}<p>${t.cron}</p>
<p>${t.done} <a href="${view.link('/')}">${t.toFleet}</a></p>`;
}

/** On no command line: others on that machine see those, and a shell keeps them. */
function giveToken(view: View): Html {
  return html`<p>${FIRST_DAY_TEXTS[view.language].giveToken}</p>${command(view, `(umask 077; cat > ${TOKEN_FILE})`, 'give')}`;
}

function commands(view: View, serviceUrl: string, hasToken: boolean): Html {
  const settings = [
    'export SADE_CONFIG=~/.config/lumbung/databases.json',
    `SADE_SERVER=${serviceUrl}`,
    ...(hasToken ? [`SADE_TOKEN_FILE=${TOKEN_FILE}`] : []),
  ];
  return html`${command(view, settings.join(' '), 'settings')}${command(view, 'sade doctor && sade backup', 'run')}`;
}
