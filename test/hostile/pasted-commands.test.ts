import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { expect } from 'chai';
import { renderTotals } from '../../cli/commands/screens/drill-screen.ts';
import { chooseSources } from '../../cli/config/select-sources.ts';
import { checkStored } from '../../cli/doctor/checks/stored-check.ts';
import { chooseBackups } from '../../cli/drill/steps/choose-backups.ts';
import { adviceAboutFile } from '../../cli/errors.ts';
import { adviceAboutOddity } from '../../cli/files/plain-file.ts';
import { lossAdvice } from '../../cli/losses/losses.ts';
import { composeMail } from '../../cli/mail/mail.ts';
import { unexpected } from '../../cli/options/command-help.ts';
import { commandLine } from '../../cli/options/command-line.ts';
import { RestoreCall } from '../../cli/restore/by-hand/restore-call.ts';
import { loadCommand } from '../../cli/restore/by-hand/restore-commands.ts';
import { checkBackup } from '../../cli/restore/preflight/backup-check.ts';
import { namedHistory } from '../../cli/service/named-history.ts';
import { ServiceRefusal } from '../../cli/service/service-errors.ts';
import { wrap } from '../../cli/terminal/wrap.ts';
import { zipNotRemoved } from '../../cli/upload/delivery-findings.ts';
import { databaseNameProblem, restoredName } from '../../protocol/database-name.ts';
import { freshnessConditions } from '../../server/alarms/conditions/freshness.ts';
import { openAlarm } from '../../server/alarms/model/alarm-state.ts';
import { messageOf } from '../../server/alarms/telling/message.ts';
import { shrunkAdvice } from '../../server/backups/losses/loss.ts';
import { configurationOf } from '../../server/configuration/reading/configuration-of.ts';
import { evaluateFreshness } from '../../server/freshness/evaluate-freshness.ts';
import { bodyOf } from '../../server/notifications/channels/texts.ts';
import { adviceInWords } from '../../server/web/pages/alerts/advice-in-words.ts';
import { NIGHT, reportOf, wellOne } from '../../testing/cli/nights.ts';
import { HOSTILE_NAMES, Pasted } from '../../testing/cli/pasted.ts';
import { addBackup, addToRoster } from '../../testing/freshness/watched-history.ts';
import { fillReports } from '../../testing/history/filled-reports.ts';
import type { RunningApp } from '../../testing/service/running-app.ts';
import { browserOf, runWithViewers } from '../../testing/service/web-scene.ts';
import { manifestWith } from '../../testing/zips/sample-manifest.ts';

/** What a text shows with a name in it: from `after` to `before`, or to its end, it is a command. */
interface Shown {
  readonly text: string;
  readonly after: string;
  readonly before?: string;
  /** The programs with their arguments. */
  readonly runs: ReadonlyArray<readonly string[]>;
}

const AT = new Date('2026-11-30T00:00:00Z');
const PATHS = ["/srv/it's here/x", '/srv/$(id)/a b', '/srv/a\u202eb\nc', '/srv/-x', '/srv/`id`/*'];
const stream = new PassThrough() as unknown as NodeJS.WriteStream;
/** A name that begins with a dash is the argument of no option. */
const named = (words: readonly string[], name: string, options: readonly string[] = []) =>
  name.startsWith('-') ? [...words, ...options, '--', name] : [...words, name, ...options];
const valued = (flag: string, value: string) => (value.startsWith('-') ? [`${flag}=${value}`] : [flag, value]);
const restored = (name: string) => valued('--into', restoredName(name));

function alarmsAbout(name: string) {
  const roster = { source: 'web-2', shard: '', list: 'x', part: 'x', groupName: null, lastSeenAt: AT, goneAt: null };
  const states = ['critical', 'never', 'dropped'] as const;
  return states.flatMap(state => {
    const watched = {
      name,
      state,
      stateSince: AT,
      dueAt: AT,
      lastCompleteReceivedAt: null,
      lastCompleteCountsAt: null,
    };
    return freshnessConditions(
      [{ ...watched, pausedUntil: null, pausedBy: null, retiredBy: null, roster } as never],
      'UTC',
    );
  });
}

/** All texts of the service that have a name in a command, beside those of pages. */
function ofService(name: string): Shown[] {
  const [critical, never, dropped] = alarmsAbout(name);
  const only = ['sade', 'backup', ...valued('--only', name)];
  const retire = named(['lumbung', 'retire'], name, ['--reason', 'WHY']);
  const said = messageOf(
    [critical!, dropped!].map(one => ({ alarm: { ...openAlarm(one, undefined, AT), id: 7 }, as: 'opened' })),
    AT,
  );
  const chat = bodyOf(said, { limit: 4_000 })
    .split('\n')
    .filter(line => line.startsWith('What to do'));
  const indonesian = adviceInWords({ language: 'id' }, critical!.advice).text;
  return [
    { text: critical!.advice, after: 'now on web-2: ', runs: [only] },
    { text: never!.advice, after: 'up on web-2: ', runs: [only] },
    { text: dropped!.advice, after: 'no longer used: ', runs: [retire] },
    { text: chat[0]!, after: 'now on web-2: ', runs: [only] },
    { text: chat[1]!, after: 'no longer used: ', runs: [retire] },
    { text: unescaped(indonesian), after: 'sekarang di web-2: ', runs: [only] },
    {
      ...{ text: shrunkAdvice(name, 34, true), after: 'still has what was lost: ', before: '. How to' },
      runs: [named(['sade', 'restore'], name, [...restored(name), '--at', '34'])],
    },
  ];
}

/** The same of `sade`: its mail, its screens, what its commands advise. */
async function ofSade(name: string): Promise<Shown[]> {
  const reference = { id: 34, timestamp: '2026-11-29 00:00:00', state: 'complete' } as never;
  const restore = named(['sade', 'restore'], name, [...restored(name), '--at', '34']);
  const loss = { id: 35, timestamp: '2026-11-30 00:00:00', message: 'lost x', reference };
  const lossMail = mailOf(reportOf([wellOne(name, { backupId: 35, loss })]));
  const history = named(['sade', 'history'], name);
  const stored = await checkStored({
    ...{ sources: [{ label: name }], ask: async () => [], askReport: async () => ({}), lastRun: 'unreadable', now: AT },
  } as never);
  const doubt = { label: name, from: { id: 3 }, doubts: ['x'], notes: [], manifest: undefined };
  const near = namedHistory(
    {
      history: () => Promise.reject(new ServiceRefusal('no', { status: 404, code: 'DATABASE_NOT_FOUND' } as never)),
      databases: async () => [{ database_name: name }],
    } as never,
    name,
  ).catch(error => error.advice);
  const source = { database: name, server: { flavour: 'mariadb', version: '11.8' } };
  const load = loadCommand('/tmp/a b.zip', { ...manifestWith({ file_name: 'x' }), source } as never);
  const database = restoredName(name).startsWith('-') ? `--database=${restoredName(name)}` : restoredName(name);
  const init = '--init-command=SET check_constraint_checks = 0, innodb_strict_mode = 0';
  const options = ['-u', 'lumbung_restore', '-p', '--binary-mode', '--comments', '--max-allowed-packet=1G', init];
  return [
    ...(['history', 'download', 'find', 'accept', 'show'] as const).map(command => ({
      ...{ text: commandLine(command, name, { server: 'http://h' }), after: '' },
      runs: [named(['sade', command], name, ['--server', 'http://h'])],
    })),
    { text: commandLine('doctor', name), after: '', runs: [['sade', 'doctor', ...valued('--only', name)]] },
    {
      text: new RestoreCall(name, { _: [], at: '34' }).again(),
      after: '',
      runs: [named(['sade', 'restore'], name, ['--at', '34'])],
    },
    { text: lossAdvice(name, loss), after: 'still has what was lost: ', before: '. How to', runs: [restore] },
    { text: lossMail, after: '.md):\n', before: '\n', runs: [restore] },
    {
      text: mailOf(reportOf([], { total: 1, notDone: [name] })),
      after: '-> ',
      before: '\n',
      runs: [['sade', 'backup', ...valued('--only', name)]],
    },
    { text: adviceOf(stored.checks), after: 'Make one: ', runs: [['sade', 'backup', ...valued('--only', name)]] },
    { text: checkBackup(doubt as never).problems[0]!.advice, after: '', before: ' shows the others', runs: [history] },
    {
      text: renderTotals(
        { outcomes: { restorable: 0, not_restorable: 0, could_not_test: 0 }, withoutComplete: [name], provenCount: 0 },
        stream,
      ),
      ...{ after: 'no complete backup: ', before: '\n', runs: [history] },
    },
    { text: String(await near), after: 'Did you mean ', before: '?', runs: [history] },
    {
      text: unexpected([name], 'backup').message,
      after: 'to name databases: ',
      runs: [['sade', 'backup', ...valued('--only', name)]],
    },
    {
      text: load,
      after: '',
      runs: [
        ['unzip', '-p', '/tmp/a b.zip'],
        ['mariadb', ...options, database],
      ],
    },
  ];
}

function mailOf(report: Parameters<typeof composeMail>[0]): string {
  return `${composeMail(report, { isQuiet: true, fresh: [], now: NIGHT.endedAt })}\n`;
}

function adviceOf(checks: ReadonlyArray<{ readonly advice?: string | undefined }>): string {
  return checks.map(({ advice }) => advice).find(Boolean) ?? '';
}

/** The text of HTML, as it is when it has been copied from a page: blanks in a row are one there, other than in `pre`. */
function unescaped(html: string): string {
  const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', '#39': "'", '#96': '`', amp: '&' };
  return html
    .replace(/<[^>]*>/g, '')
    .replace(/\s+/g, ' ')
    .replace(/&(lt|gt|quot|#39|#96|amp);/g, (_, name: string) => entities[name]!);
}

const ROOT = join(import.meta.dirname, '../..');

/** @returns what is filled into a command within a template, and is neither a number nor written by shellWord and its kin */
function bareIn(source: string): string[] {
  const program = String.raw`(?<![\w'-])(?:(?:sade|lumbung) (?:[a-z]+|\$\{\w+\})|(?:${PROGRAMS}) (?=[-$'"/\d]))`;
  const text = '[^`.:;,$\\n]*';
  const known = String.raw`\$\{(?:shell(?:Word|Flag|Only|Command)\([^}]*\)|(?:\w+!?\.)*ids?)\}`;
  const filled = new RegExp(String.raw`${program}${text}(?:${known}${text})*\$\{(?!${known.slice(4)})[^}]*\}`, 'g');
  return [...source.matchAll(filled)].map(([found]) => found.replaceAll('${', '{'));
}

const PROGRAMS = 'chmod|chown|rm|ls|mkdir|mv|curl|unzip|mysql|mariadb';

/** What is filled in there was written by shellWord and its kin before, is a word of ours, or stands in a sentence that is no command. */
const FILLED_BEFORE: readonly string[] = [
  ...['needs-section.ts: sade doctor {only}', 'needs-section.ts: sade backup {only}'],
  ...['drills-page.ts: sade backup {only}', 'drills-page.ts: sade drill {only}'],
  ...[
    'drills-page.ts: sade backup --server {serviceUrl}',
    'drills-page.ts: sade drill --sample 10 --server {serviceUrl}',
  ],
  ...['runs-page.ts: sade doctor --server {serviceUrl}', 'runs-page.ts: sade backup --server {serviceUrl}'],
  ...['verdict.ts: sade backup{again}', 'last-run-check.ts: sade backup --only {names}'],
  ...['restore-commands.ts: mariadb {USER}', 'restore-commands.ts: mysql {USER}'],
  // The label is a number there.
  'choose-stored.ts: sade restore DATABASE --at {label}',
  ...[
    'explain-token-refusal.ts: lumbung token create --name NAME --role {role}',
    'command-help.ts: sade {command}{hint',
  ],
  ...['completion.ts: sade completion', 'upload.ts: sade sent {', 'upload.ts: sade wrote {', 'sade has version {ours}'],
  'report-rate.ts: sade again and again?',
  ...[
    'unzip -p {shellWord(file)} | {program}',
    'mv {shellWord(path)} {shellWord(`{path}',
    'rm {shellWord(path)} {shellWord(`{path}',
  ],
];

describe('a command with the name of a database in it', () => {
  let pasted: Pasted;
  before(() => {
    pasted = new Pasted();
  });
  after(() => pasted[Symbol.dispose]());

  function paste({ text, after, before, runs }: Shown): void {
    const [, rest] = split(text, after);
    const command = before === undefined ? rest : split(rest, before)[0];
    const sorted = (calls: ReadonlyArray<readonly string[]>) =>
      calls.toSorted((a, b) => (a.join() < b.join() ? -1 : 1));
    expect(sorted(pasted.run(command)), command).to.deep.equal(sorted(runs));
    expect(command, 'all of its characters are seen').to.not.match(/[\p{C}\p{Zl}\p{Zp}\u00a0]/u);
  }

  function split(text: string, mark: string): [string, string] {
    const at = text.indexOf(mark);
    expect(at, `${JSON.stringify(mark)} in ${text}`).to.be.at.least(0);
    return [text.slice(0, at), text.slice(at + mark.length)];
  }

  it('is written by shellWord and its kin in each source: nothing else stands in a command', () => {
    const found = ['server', 'cli', 'protocol'].flatMap(folder =>
      readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
        .filter(path => /(?<!\.test)\.ts$/.test(path) && !path.includes('node_modules'))
        .flatMap(path =>
          bareIn(readFileSync(join(ROOT, folder, path), 'utf8')).map(what => `${folder}/${path}: ${what}`),
        ),
    );
    expect(found.filter(what => !FILLED_BEFORE.some(known => what.includes(known)))).to.deep.equal([]);
  });

  it('has names in this test that a database may have', () => {
    for (const name of HOSTILE_NAMES) expect(databaseNameProblem(name), name).to.equal(undefined);
  });

  it('is the command that it looks like in each message of the service, in chats and mails, too', () => {
    for (const name of HOSTILE_NAMES) for (const shown of ofService(name)) paste(shown);
  });

  it('is the command that it looks like in each mail, screen and advice of sade', async () => {
    for (const name of HOSTILE_NAMES) for (const shown of await ofSade(name)) paste(shown);
  });

  it('is the command that it looks like with any path in it', () => {
    for (const path of PATHS) {
      const error = Object.assign(new Error('x'), { code: 'EIO', path });
      paste({ text: zipNotRemoved(path, 'x').advice!, after: 'Remove it: ', runs: [['rm', path]] });
      paste({ text: adviceAboutFile(error)!, after: '(', before: ';', runs: [['ls', '-ld', path]] });
      paste({ text: adviceAboutOddity(path), after: 'put there: ', runs: [['rm', '-r', path]] });
    }
  });

  it('stays on one line where a text is broken into lines', () => {
    for (const name of HOSTILE_NAMES)
      for (const { advice } of alarmsAbout(name)) {
        const [command] = /(?:sade backup|sudo lumbung).*$/.exec(advice)!;
        for (let width = 30; width < 100; width += 7)
          expect(wrap(`What to do: ${advice}`, width, '  ')).to.contain(command);
      }
  });

  it('means just that database, also beside those that a comma or a * in it could mean', () => {
    const labels = [...HOSTILE_NAMES, 'a', 'b', 'x', 'acme_shop', 'id'];
    const sources = labels.map(label => ({ label })) as never;
    for (const name of HOSTILE_NAMES) {
      const only = valued('--only', name)
        .at(-1)!
        .replace(/^--only=/, '');
      const chosen = chooseSources(sources, { only: [only], config: 'x' } as never);
      expect(chosen.map(({ label }) => label)).to.deep.equal([name]);
      const databases = labels.map(label => ({ database_name: label, latest_complete: { id: 1 } })) as never;
      const drilled = chooseBackups(databases, { only: [only], windowMs: 1, all: false, now: AT });
      expect(drilled.chosen.map(({ label }) => label)).to.deep.equal([name]);
    }
  });

  describe('on a page', () => {
    let app: RunningApp;
    before(async () => {
      app = await runWithViewers();
      const now = Date.now();
      const at = new Date(now - 86_400_000);
      const backed = new Map<string, number>();
      for (const name of HOSTILE_NAMES)
        backed.set(name, await addBackup(app.history, { database: name, receivedAt: at }));
      const drills = [...backed].map(([databaseName, backupId]) => ({
        databaseName,
        backupId,
        endedAt: at,
        outcome: 'not_restorable' as const,
      }));
      await fillReports(app.history, drills);
      await addToRoster(
        app.history,
        HOSTILE_NAMES.map(name => newOf(name)),
        { at },
      );
      const { storage } = app;
      await evaluateFreshness({
        em: app.history.em.fork(),
        storage,
        configuration: configurationOf({}),
        now: new Date(),
      });
    });
    after(() => app[Symbol.asyncDispose]());

    /** A database that is only on a list so far. */
    const newOf = (name: string) => `${name.slice(0, 1)}0${name.slice(1)}`;
    const commandsOf = async (path: string) => {
      const { text, status } = await browserOf(app, 'boss').get(`/-/ui${path}`);
      expect(status, path).to.equal(200);
      return [...text.matchAll(/<pre[^>]*><code>(.*?)<\/code>/gs)].map(([, code]) => unescaped(code!));
    };

    it('is the command that it looks like, for a database without a backup', async () => {
      for (const name of HOSTILE_NAMES.map(newOf)) {
        const commands = await commandsOf(`/databases/${encodeURIComponent(name)}`);
        const only = valued('--only', name);
        expect(
          commands.flatMap(command => pasted.run(command)),
          name,
        ).to.deep.include.members([
          ['sade', 'doctor', ...only],
          ['sade', 'backup', ...only],
        ]);
      }
    });

    it('is the command that it looks like, for a backup and for a drill that failed', async () => {
      const drills = await commandsOf('/drills');
      const run = drills.flatMap(command => pasted.run(command));
      for (let id = 1; id <= HOSTILE_NAMES.length; id++) {
        const name = HOSTILE_NAMES[id - 1]!;
        const [command] = await commandsOf(`/backups/${id}`);
        const options = [...restored(name), '--at', String(id)];
        expect(pasted.run(command!), command).to.deep.equal([named(['sade', 'restore'], name, options)]);
        const shown = ['backup', 'drill'].map(what => ['sade', what, ...valued('--only', name), '--server', app.url]);
        if (drills.some(text => text.includes(name) && /^[\w]+$/.test(name)))
          expect(run).to.deep.include.members(shown);
      }
      expect(run.length).to.be.greaterThan(10);
    });
  });
});
