import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { finding } from '../../protocol/finding.ts';
import { emptyInventory } from '../../protocol/manifest.ts';
import { spoiledDumpProgram } from '../../testing/cli/fake-mysqldump.ts';
import { serviceSettings } from '../../testing/cli/fault-scene.ts';
import { type SadeResult, sade, Workplace } from '../../testing/cli/sade.ts';
import { Terminal } from '../../testing/cli/terminal.ts';
import {
  type DatabaseAnswer,
  refusalOf,
  rowsOf,
  startBoundlessDatabase,
} from '../../testing/databases/boundless-database.ts';
import { portOf } from '../../testing/free-port.ts';
import { startServiceHere } from '../../testing/service/service-here.ts';
import { manifestWith } from '../../testing/zips/sample-manifest.ts';

const MAIN = join(import.meta.dirname, '../../cli/main.ts');

/** Clears the screen, goes to the beginning of the line, turns the direction of writing, is not seen, and forges lines. */
const EVIL =
  'x\u001b[2J\u009b1A\r\u202e\u200b\u2028\nok     pt_abc  1 table\nFAILED pt_abc\nwhat to do: rm -rf /\nsade: all is well\n8 of 8 databases\nwarning: x\n';

/** A name that a file may have, and that no terminal shows as it is. */
const FILE_NAME = 'mysql-2026-01-01-00-00-00-pt_\u202exyz-0f69a75b-9fdf-48c6-8ec9-2277934b7bb8.sql.zip';

/** How it is shown, wherever it is. */
const ESCAPED = 'x\\u001b[2J';

/** No byte of that reaches an output, and no line begins as one of sade's that it is not. */
function expectTame(what: string, { stdout, stderr }: Pick<SadeResult, 'stdout' | 'stderr'>): void {
  expect(stdout + stderr, what).to.match(/x\\u001b\[2J|pt_\\u202exyz/);
  for (const text of [stdout, stderr]) {
    expect(text, what).not.to.match(/[^\P{C}\n\t]|[\u2028\u2029]/u);
    expect(text, what).not.to.match(/^\s*(?:ok +pt_abc|FAILED pt_abc|what to do: rm|sade: all|8 of 8|warning: x)/m);
  }
}

describe('what others say, in all outputs of sade', () => {
  let folder: string;
  let server: Server;
  let url: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lumbung-evil-'));
    server = createServer((request, response) => {
      if (request.url === '/3/download') {
        const digest = createHash('sha256').update('hello').digest('base64');
        response.writeHead(200, {
          ...{ 'content-length': 5, etag: '"x"', 'repr-digest': `sha-256=:${digest}:` },
          'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(FILE_NAME)}`,
        });
        return response.end(request.method === 'HEAD' ? undefined : 'hello');
      }
      const { status, body } = answerTo(request.url!);
      return response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${portOf(server)}`;
  });
  after(async () => {
    server.closeAllConnections();
    server.close();
    await rm(folder, { recursive: true, force: true });
  });

  const reference = { id: 2, file_name: EVIL, timestamp: '2026-01-01 00:00:00', state: 'complete' };
  const loss = { id: 3, timestamp: '2026-01-02 00:00:00', message: EVIL, reference };
  const summary = { id: 3, file_name: EVIL, timestamp: '2026-01-02 00:00:00', state: 'incomplete', loss: 'unaccepted' };
  const inventory = { ...emptyInventory(), tables: [{ name: EVIL, rows: 1, bytes: 1 }], views: [EVIL] };
  const findings = [finding('SHRUNK', EVIL, EVIL), finding('BROKEN_VIEW', EVIL, EVIL)];
  const report = {
    ...{
      id: 3,
      database_name: EVIL,
      file_name: EVIL,
      timestamp: '2026-01-02 00:00:00',
      size: 5,
      state: 'damaged',
      findings,
    },
    ...{
      repr_digest: `sha-256=:${Buffer.alloc(32, 1).toString('base64')}:`,
      dump_size: 5,
      dump_sha256: 'a'.repeat(64),
    },
    ...{ received_at: '2026-01-02T00:00:00.000Z', checked_at: '2026-01-02T00:00:00.000Z', damage: EVIL },
    ...{ manifest: manifestWith({ file_name: EVIL, inventory }) },
    loss: {
      ...{ status: 'unaccepted', message: EVIL, reference },
      acceptance: { at: '2026-01-02T00:00:00.000Z', by: EVIL, reason: EVIL },
    },
  };

  function answerTo(path: string): { status: number; body: unknown } {
    const said = (data: unknown) => ({ status: 200, body: { data, message: EVIL } });
    if (path === '/') return said([{ database_name: EVIL, latest_backup: summary, unaccepted_loss: loss }]);
    if (path.startsWith('/evil')) return said({ database_name: EVIL, histories: [summary], unaccepted_loss: loss });
    if (path.startsWith('/3/') || path.endsWith('/accept')) return said(report);
    return { status: 404, body: { message: EVIL, code: EVIL, errors: [{ field: EVIL, message: EVIL }] } };
  }

  const COMMANDS = [
    ...[
      ['list'],
      ['list', '--json'],
      ['list', '--wide'],
      ['history', 'evil'],
      ['history', 'evil', '--json'],
      ['history', 'evil', '--wide'],
    ],
    ...[
      ['show', '3'],
      ['show', '3', '--json'],
      ['accept', '3', '--reason', 'x'],
      ['accept', '3', '--reason', 'x', '--json'],
    ],
    ...[['history', 'gone'], ['show', '9'], ['download', '3'], ['doctor'], ['doctor', '--json']],
  ];
  for (const command of COMMANDS)
    it(`a service's names and errors control no terminal and forge no line: sade ${command.join(' ')}`, async () => {
      await using place = await Workplace.create([
        {
          name: 'pt_xyz',
          database_name: 'shop',
          db_host: '127.0.0.1',
          db_port: 1,
          db_username: 'u',
          db_password: 'pw',
        },
      ]);
      const more = command[0] === 'doctor' ? place.args(url).slice(1) : ['--server', url];
      if (command[0] === 'download') more.push('--output', place.folder);
      expectTame(command.join(' '), await sade([...command, ...more]));
    });

  it('nor on a real terminal: list, history and show', async () => {
    for (const command of [['list'], ['history', 'evil'], ['show', '3']]) {
      await using terminal = Terminal.open([process.execPath, MAIN, ...command, '--server', url], { columns: 200 });
      await terminal.exitCode;
      expect(terminal.bytes, command[0]).not.to.match(/\u001b\[2J|\u009b|\u202e|\u200b|\u2028/);
      expect(await terminal.screen(), command[0])
        .to.contain(ESCAPED)
        .and.not.to.match(/^\s*(?:ok +pt_abc|FAILED pt_abc|8 of 8)/m);
    }
  });

  const entryAt = (port: number) => ({
    ...{
      name: 'pt_xyz',
      database_name: 'shop',
      db_host: '127.0.0.1',
      db_port: port,
      db_username: 'u',
      db_password: 'a password',
    },
    ssl: 'off',
  });

  it("a database server's errors and names, in backup and doctor, their JSON and their live view", async () => {
    const answer = (sql: string): DatabaseAnswer | undefined => {
      if (/^select cast\(@@session/.test(sql)) return rowsOf(['a'], [['1']]);
      if (/^select version\(\)/.test(sql)) return rowsOf(['a', 'b', 'c'], [[`10.11.6-MariaDB${EVIL}`, EVIL, '']]);
      if (/^show variables/.test(sql))
        return rowsOf(
          ['a', 'b'],
          [
            ['lower_case_table_names', '0'],
            ['version_comment', EVIL],
          ],
        );
      if (/^show grants/.test(sql)) return rowsOf(['a'], [['GRANT SELECT ON *.* TO `u`@`127.0.0.1`'], [EVIL]]);
      return /^\s*(?:select|show|set statement)/i.test(sql) ? rowsOf(['a'], []) : undefined;
    };
    await using service = await startServiceHere(serviceSettings(folder));
    for (const options of [
      { answer },
      { answer: () => refusalOf(1105, EVIL, 'HY000') },
      { login: () => refusalOf(1045, EVIL) },
    ]) {
      await using database = await startBoundlessDatabase(options);
      await using place = await Workplace.create([entryAt(database.port)]);
      const said = EVIL.replaceAll('\n', '\\n').replaceAll('\r', '\\r');
      const program = await spoiledDumpProgram(
        place.folder,
        `header; rows 10; printf '${said}' >&2; complain 'mysqldump: Error: 1'; marker`,
      );
      const args = place.args(service.url, '--mariadb-dump', program);
      const what = Object.keys(options).join();
      for (const more of [[], ['--json'], ['--quiet']]) expectTame(`backup, ${what}`, await sade([...args, ...more]));
      for (const more of [[], ['--json']])
        expectTame(`doctor, ${what}`, await sade(['doctor', ...args.slice(1), ...more]));
      await using terminal = Terminal.open([process.execPath, MAIN, ...args], { columns: 120 });
      await terminal.exitCode;
      expect(await terminal.screen(), what).not.to.match(/^\s*(?:ok +pt_abc|FAILED pt_abc|8 of 8|sade: all)/m);
      expect(terminal.bytes, what).not.to.match(/\u009b|\u202e|\u200b|\u2028/);
    }
  });
});
