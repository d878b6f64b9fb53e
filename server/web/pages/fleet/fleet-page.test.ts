import { expect } from 'chai';
import { CLIENTS, makeBadMorning } from '../../../../testing/fleet/bad-morning.ts';
import { addBackup, addToRoster } from '../../../../testing/freshness/watched-history.ts';
import { BrowserHere } from '../../../../testing/service/browser-here.ts';
import { historyStores, type RunningApp, runApp } from '../../../../testing/service/running-app.ts';
import { bearer } from '../../../../testing/service/tokens.ts';
import type { Access, Found } from '../../../auth/authenticate.ts';
import { EVERYTHING, type Scope } from '../../../auth/scope.ts';
import { configurationOf } from '../../../configuration/reading/configuration-of.ts';
import { evaluateFreshness } from '../../../freshness/evaluate-freshness.ts';
import { insertRows } from '../../../history/insert-rows.ts';

const [SQLITE] = historyStores;
const DAY = 86_400_000;

describe('the page of the fleet', () => {
  describe('on a bad morning', () => {
    let app: RunningApp;
    let ids: Map<string, number>;
    const admin = () => new BrowserHere(app.url, bearer('admin'));
    before(async () => {
      app = await runApp(SQLITE!, {
        configuration: CLIENTS,
        access: accessOf({ beta: ['beta_*'], other: ['other_*'] }),
      });
      ids = await makeBadMorning(app, new Date());
    });
    after(() => app[Symbol.asyncDispose]());

    const shown = async (path = '/-/ui', headers: Readonly<Record<string, string>> = bearer('admin')) => {
      const { status, text } = await new BrowserHere(app.url, headers).get(path);
      expect(status, text).to.equal(200);
      expectBalanced(text);
      return text;
    };

    it('says in one sentence how the night went, in the colour of the worst, and the number in its title', async () => {
      const page = await shown();
      expect(textOf(page, 'h1')).to.equal(
        '4 of 7 databases have no complete backup from last night: 1 nothing arrived, 1 incomplete, 1 never backed up, 1 no longer on any list; 1 paused; 1 more thing needs you.',
      );
      expect(page).to.contain('<h1 class="verdict bad">').and.contain('<title>(5) Fleet · Lumbung</title>');
    });

    it('says the same in Indonesian', async () => {
      const page = await shown('/-/ui', { ...bearer('admin'), 'accept-language': 'id' });
      expect(textOf(page, 'h1')).to.match(
        /^4 dari 7 basis data tidak memiliki cadangan lengkap dari tadi malam: 1 tanpa cadangan/,
      );
      expect(page)
        .to.contain('Yang perlu perhatian')
        .and.contain('Yang perlu dilakukan: Masuk ke db7: apakah mesinnya menyala')
        .and.not.match(/What to do|need you|Last run|Newest complete/);
    });

    it('has causes before lists, each with what to do and links to its databases and its alert', async () => {
      const page = await shown();
      const causes = page.slice(page.indexOf('<ol class="causes">'), page.indexOf('</ol>'));
      expect(causes).to.match(
        /<a href="\/-\/ui\/alerts\/\d+"><strong>db7 has not reported its run.*What to do: .*<a href="\/-\/ui\/databases\/beta_shop">/s,
      );
      expect(page.indexOf('<ol class="causes">')).to.be.below(page.indexOf('<table class="matrix fixed">'));
    });

    it('has a table with a head for each column and each row, and 30 labelled days in each row', async () => {
      const page = await shown('/-/ui?all=true');
      const table = page.slice(page.indexOf('<table class="matrix fixed">'), page.indexOf('</table>'));
      expect(table.match(/<caption>/g)).to.have.length(1);
      expect(table.match(/<th scope="col"/g)).to.have.length(34);
      const rows = rowsOf(page);
      expect([...rows.keys()]).to.have.members([...ids.keys(), 'listed_only']);
      for (const [name, row] of rows) {
        expect(row.match(/<td/g), name).to.have.length(33);
        expect(row.match(/<use /g)!.length, name).to.be.at.least(30);
        const labelled = row.match(
          /<a href="\/-\/ui\/backups\/\d+" title="[^"]+"><svg|role="img" aria-label="[^"]+"><title>[^<]+<\/title><use/g,
        );
        expect(labelled, name).to.have.length(30);
      }
      expect(rows.get('acme_erp')).to.contain(`<a href="/-/ui/backups/${ids.get('acme_erp')}" title="incomplete, `);
      expect(rows.get('acme_erp')).to.match(/<small class="warn">incomplete<\/small>/);
      expect(rows.get('beta_shop'))
        .to.contain('due, and nothing came')
        .and.match(/<td class="age bad"[^>]*>54 h of 26 h</);
      expect(rows.get('acme_lost')).to.contain('lost tables or rows');
      expect(rows.get('acme_fine'))
        .to.match(/<td class="age"[^>]*>6 h of 26 h</)
        .and.contain('<polyline');
      expect(rows.get('listed_only')).to.contain('<td class="age">never</td>').and.contain('never backed up');
    });

    it('has open only what needs someone, and leads to what is fine', async () => {
      const page = await shown();
      expect([...rowsOf(page).keys()]).to.deep.equal([
        'beta_shop',
        'acme_erp',
        'acme_lost',
        'listed_only',
        'dropped_one',
      ]);
      expect(page).to.contain('<a href="/-/ui?all=true">and 2 fine</a>');
      expect(page).to.match(
        /<a href="\/-\/ui\?group=beta&amp;all=true">beta<\/a> <span class="quiet">1 needs you and 1 fine</,
      );
      expect([...rowsOf(await shown('/-/ui?group=beta&all=true')).keys()]).to.deep.equal(['beta_shop', 'beta_fine']);
    });

    it('filters by what stands in the URL, and shows in the form what that is', async () => {
      const found = async (query: string) => [...rowsOf(await shown(`/-/ui?${query}`)).keys()].sort();
      expect(await found('search=ERP')).to.deep.equal(['acme_erp']);
      expect(await found('states=incomplete&states=damaged')).to.deep.equal(['acme_erp']);
      expect(await found('freshness=critical')).to.deep.equal(['beta_shop']);
      expect(await found('hasUnacceptedLoss=true')).to.deep.equal(['acme_lost']);
      expect(await found('noCompleteForHours=24')).to.deep.equal([
        'acme_erp',
        'beta_shop',
        'dropped_one',
        'listed_only',
        'paused_one',
      ]);
      expect(await found('notProvenForDays=30&group=acme')).to.deep.equal(['acme_erp', 'acme_fine', 'acme_lost']);
      expect(await found('ungrouped=true')).to.deep.equal(['dropped_one', 'listed_only', 'paused_one']);
      const page = await shown('/-/ui?search=erp&noCompleteForHours=24');
      expect(page)
        .to.match(/name="search"[^>]* value="erp"/)
        .and.match(/name="noCompleteForHours"[^>]* value="24"/);
      expect(textOf(await shown('/-/ui?search=nothing'), 'h1'), 'the sentence stays').to.match(/^4 of 7/);
      expect(await shown('/-/ui?search=nothing')).to.contain('No database matches.');
    });

    it('refuses filters that mean nothing, instead of showing what was not asked for', async () => {
      for (const query of [
        'states=good',
        'freshness=x',
        'noCompleteForHours=-1',
        'notProvenForDays=x',
        'all=yes',
        'after=x',
      ])
        expect((await admin().get(`/-/ui?${query}`)).status, query).to.equal(422);
    });

    it('gives each of those who ask at the same time their own databases, filters and language', async () => {
      const asks = [
        ['/-/ui?all=true', { ...bearer('admin'), 'accept-language': 'en' }],
        ['/-/ui?all=true', { ...bearer('admin'), 'accept-language': 'id' }],
        ['/-/ui?all=true', { ...bearer('beta'), 'accept-language': 'en' }],
        ['/-/ui', { ...bearer('admin'), 'accept-language': 'en' }],
      ] as const;
      const ask = (at: number) => shown(asks[at]![0], asks[at]![1]);
      const alone: string[] = [];
      for (const at of asks.keys()) alone.push(matrixOf(await ask(at)));
      expect(new Set(alone).size).to.equal(asks.length);
      // Two kinds at a time, so that many of them meet.
      for (const other of [1, 2, 3]) {
        const which = Array.from({ length: 40 }, (_, at) => (at % 2 === 0 ? 0 : other));
        const together = await Promise.all(which.map(at => ask(at)));
        expect(together.map(matrixOf)).to.deep.equal(which.map(at => alone[at]));
      }
    });

    /** Without the times, whose words change while the test runs. */
    function matrixOf(page: string): string {
      return page
        .slice(page.indexOf('<table class="matrix'), page.indexOf('</table>'))
        .replace(/<time.*?<\/time>/gs, '');
    }

    it('shows a reader of some databases nothing of the others', async () => {
      const page = await shown('/-/ui?all=true', bearer('beta'));
      expect(textOf(page, 'h1')).to.equal(
        '1 of 2 databases has no complete backup from last night: 1 nothing arrived.',
      );
      for (const hidden of ['acme', 'listed_only', 'dropped_one', 'paused_one', 'Storage', 'channels', 'free of'])
        expect(page, hidden).to.not.contain(hidden);
      for (const path of [
        '/-/ui?search=acme',
        '/-/ui?group=acme',
        '/-/ui?states=incomplete',
        '/-/ui?hasUnacceptedLoss=true',
      ])
        expect(
          (await shown(path, bearer('beta'))).replace(/value="acme"|search=acme|group=acme/g, ''),
          path,
        ).to.not.contain('acme');
      const nothing = await shown('/-/ui', bearer('other'));
      expect(nothing).to.contain('No database that your token may see').and.not.contain('first-token');
    });
  });

  describe('on the first day', () => {
    let app: RunningApp;
    before(async () => {
      app = await runApp(SQLITE!, { access: accessOf({ reader: EVERYTHING }) });
    });
    after(() => app[Symbol.asyncDispose]());

    it('gives the next commands, and to an admin a token that is shown once', async () => {
      const admin = new BrowserHere(app.url, bearer('admin'));
      const { text } = await admin.get('/-/ui');
      expect(textOf(text, 'h1')).to.equal('No database is backed up yet.');
      expect(text)
        .to.contain(`SADE_SERVER=${app.url} SADE_TOKEN_FILE=~/.config/lumbung/token`)
        .and.contain('sade backup');
      const made = await admin.post('/-/ui/first-token', { name: 'web1' }, '/-/ui');
      expect(made.status, made.text).to.equal(200);
      const [token] = /lmb_\w+/.exec(made.text)!;
      expect(made.text).to.contain(`SADE_SERVER=${app.url}`);
      const [row] = await app.history.em.fork().execute('select name, role, scope from tokens');
      expect(row).to.include({ name: 'web1', role: 'upload', scope: '["*"]' });
      expect((await admin.get('/-/ui')).text).to.not.contain(token);
      const [entry] = await app.history.em
        .fork()
        .execute("select token, detail from audit_entries where action = 'token_create'");
      expect(entry).to.include({ token: 'admin' });
      expect(JSON.stringify([entry, app.log])).to.not.contain(token);
    });

    it('shows beside the field what is wrong with a name', async () => {
      const admin = new BrowserHere(app.url, bearer('admin'));
      await admin.post('/-/ui/first-token', { name: 'taken' }, '/-/ui');
      for (const [name, mistake] of [
        ['', 'must have 1 to 64 letters'],
        ['<b>', 'must have'],
        ['taken', 'A token named taken exists'],
      ] as const) {
        const { status, text } = await admin.post('/-/ui/first-token', { name }, '/-/ui');
        expect([status, text.includes(mistake)], name).to.deep.equal([400, true]);
        expect(text).to.not.contain('<b>"');
      }
    });

    it('makes no token for a reader, nor while the service is open', async () => {
      const reader = new BrowserHere(app.url, bearer('reader'));
      expect((await reader.get('/-/ui')).text)
        .to.contain('token create --name HOST --role upload')
        .and.not.contain('/first-token');
      expect((await reader.post('/-/ui/first-token', { name: 'mine' }, '/-/ui')).status).to.equal(403);
      await using open = await runApp(SQLITE!);
      const anyone = new BrowserHere(open.url);
      expect((await anyone.get('/-/ui')).text)
        .to.contain('--role admin')
        .and.not.contain('SADE_TOKEN_FILE');
      expect((await anyone.post('/-/ui/first-token', { name: 'mine' }, '/-/ui')).status).to.equal(400);
      expect(await open.history.em.fork().execute('select id from tokens')).to.deep.equal([]);
    });
  });

  it('shows hostile names as what they are', async () => {
    const [name, source] = ['<img src=x onerror=alert(1)>', `'">'><b>x</b><script>alert(2)</script>`];
    const groups = { 'a client': { databases: ['<img*'] } };
    await using app = await runApp(SQLITE!, { configuration: { groups } });
    await addToRoster(app.history, [name], { at: new Date(Date.now() - 9 * DAY), source });
    await addBackup(app.history, { database: name, receivedAt: new Date(Date.now() - 3 * DAY) });
    const now = new Date();
    const configuration = configurationOf({ groups });
    await evaluateFreshness({ em: app.history.em.fork(), storage: app.storage, configuration, now });
    await insertAlarm(app, { name, source, summary: `${name} is late: ${source}` });
    for (const path of ['/-/ui', '/-/ui?search=%3Cimg', '/-/ui?group=a+client&search=%22%3E%3Cscript%3Ealert(1)']) {
      const { status, text } = await new BrowserHere(app.url).get(path);
      expect(status).to.equal(200);
      expect(text)
        .to.contain('&lt;img src=x onerror=alert(1)&gt;')
        .and.not.match(/<img|<script>|<b>x|onerror=alert\(1\)>/);
      expect(text).to.contain(`href="/-/ui/databases/${encodeURIComponent(name).replaceAll("'", '&#39;')}"`);
    }
  });

  it('stays below 300 kB with 10,000 databases, each in trouble, with names as long as they can be', async () => {
    await using app = await runApp(SQLITE!, { configuration: { groups: { ['g'.repeat(60)]: { databases: ['x*'] } } } });
    const now = Date.now();
    const names = Array.from({ length: 10_000 }, (_, at) => `${String(at).padStart(5, '0')}${'é"'.repeat(29)}`);
    const contract = JSON.stringify({ ...{ every: { kind: 'interval', ms: DAY }, graceMs: 0, group: null }, from: {} });
    const watched = names.map(database_name => ({
      ...{
        database_name,
        state: 'critical' as const,
        state_since: new Date(now),
        contract,
        evaluated_at: new Date(now),
      },
      ...{ last_complete_counts_at: new Date(now - 2 * DAY), counted_from: new Date(0), revision: 1 },
    }));
    for (let at = 0; at < watched.length; at += 500)
      await insertRows(app.history.em.fork(), 'watched_databases', watched.slice(at, at + 500) as never);
    const backups = names.slice(0, 40).flatMap((_, at) =>
      Array.from({ length: 30 }, (_, ago) => {
        const [takenAt, id] = [new Date(now - ago * DAY), 1_000_000_000 + at * 30 + ago];
        const times = { taken_at: takenAt, sorted_at: takenAt, received_at: takenAt };
        return {
          id,
          database_id: at + 1,
          file_name: `long-${id}`,
          ...times,
          size: 12_345_678 + ago,
          sha256: '',
          state: 'incomplete',
        };
      }),
    );
    const em = app.history.em.fork();
    await insertRows(
      em,
      'databases',
      names.slice(0, 40).map((name, at) => ({ id: at + 1, name })),
    );
    for (let at = 0; at < backups.length; at += 400)
      await insertRows(em, 'backups', backups.slice(at, at + 400) as never);
    const { text } = await new BrowserHere(app.url, { 'accept-language': 'id' }).get('/-/ui');
    expect(rowsOf(text)).to.have.length(40);

    expect(Buffer.byteLength(text)).to.be.below(300_000).and.above(150_000);
    expect(text).to.match(/rel="next" href="\/-\/ui\?after=/);
  });
});

/** Tokens that are their own names: `admin`, and readers of these scopes. */
function accessOf(readers: Readonly<Record<string, Scope>>): Access & { readonly refusesForwarded: boolean } {
  const find = async (text: string): Promise<Found> => {
    if (text === 'admin') return { principal: { tokenId: undefined, name: text, role: 'admin', scope: EVERYTHING } };
    const scope = readers[text];
    return scope
      ? { principal: { tokenId: undefined, name: text, role: 'read', scope } }
      : { refusal: 'it is unknown' };
  };
  return {
    isOpen: async () => false,
    refusesForwarded: false,
    find,
    findByHash: async () => ({ refusal: 'it is unknown' }),
  };
}

async function insertAlarm(
  app: RunningApp,
  { name, source, summary }: Readonly<Record<'name' | 'source' | 'summary', string>>,
): Promise<void> {
  const now = new Date();
  await insertRows(app.history.em.fork(), 'alarms', [
    {
      ...{
        kind: 'late',
        subject: name,
        alarm_key: `overdue:${name}`,
        open_key: `overdue:${name}`,
        group_key: 'x',
        database_name: name,
        source,
      },
      ...{
        severity: 'warning',
        since: now,
        opened_at: now,
        summary,
        detail: JSON.stringify({ advice: `<i>${source}`, cause: '<u>' }),
      },
    },
  ] as never);
}

function textOf(page: string, element: string): string {
  return new RegExp(`<${element}[^>]*>([^<]*)`).exec(page)![1]!.replaceAll('\u00a0', ' ');
}

/** @returns the HTML of the rows of the matrix, by the names of their databases */
function rowsOf(page: string): Map<string, string> {
  const rows = page.match(/<tr><th scope="row">.*?<\/tr>/gs) ?? [];
  return new Map(rows.map(row => [/<a [^>]*>([^<]*)</.exec(row)![1]!, row]));
}

const VOID = new Set(['meta', 'link', 'input', 'option', 'br']);

/** Each element is closed where it belongs. */
function expectBalanced(page: string): void {
  const open: string[] = [];
  for (const [tag, end, name] of page.matchAll(/<(\/?)([a-z][a-z0-9]*)(?:\s[^>]*)?>/g)) {
    if (VOID.has(name!) || tag.endsWith('/>')) continue;
    if (end === '') open.push(name!);
    else expect(open.pop(), `</${name}> behind ${open.slice(-3).join(' > ')}`).to.equal(name);
  }
  expect(open).to.deep.equal([]);
}
