import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import fc from 'fast-check';
import { type MariaDb, sharedMariaDb } from '../test/support/mariadb.ts';
import { dumpOptionProblem, partialDumpOptions } from './dump-options.ts';

/** What must not get through under any spelling. */
const REFUSED = [
  ...['force', 'compact', 'comments', 'xml', 'result-file', 'tab', 'log-error', 'all-databases', 'databases'],
  ...['help', 'version', 'print-defaults', 'no-defaults', 'defaults-file', 'defaults-extra-file', 'login-path'],
  ...['password', 'user', 'host', 'port', 'socket'],
];
const PREFIXES = ['loose-', 'skip-', 'enable-', 'disable-', 'maximum-'];

describe('dump-options', () => {
  it('takes what an administrator may want', () => {
    const harmless = [
      '--skip-lock-tables',
      '--lock-tables',
      '--max-allowed-packet=1G',
      '--max_allowed_packet=1G',
      '--net-buffer-length=16384',
      '--complete-insert',
      '--skip-extended-insert',
      '--column-statistics=0',
      '--set-gtid-purged=COMMENTED',
      '--ignore-table=pt_xyz.sessions',
      '--ignore-table-data=pt_xyz.log',
      '--where=id > 5 and name <> "--force"',
      '--skip-triggers',
      '--no-data',
      '--no-create-info',
      '--skip-tz-utc',
      '--order-by-primary',
      '--master-data=2',
      '--source-data=2',
      '--skip-dump-date',
      '--insert-ignore',
      '--replace',
      '--skip-add-drop-table',
      '--add-drop-trigger',
      '--compress',
      '--compatible=ansi',
      '--tables',
      '--flush-logs',
      '--enable-cleartext-plugin',
      '--plugin-dir=/usr/lib/mysql/plugin',
      '--network-timeout',
    ];
    for (const option of harmless) expect(dumpOptionProblem(option), option).to.equal(undefined);
  });

  it('refuses each name in every spelling, with the reason', () => {
    for (const name of REFUSED)
      for (const prefix of ['', ...PREFIXES, 'loose-skip-', 'loose-enable-'])
        for (const value of ['', '=', '=1', '=x y'])
          for (const option of [`--${prefix}${name}${value}`, `--${prefix}${name}${value}`.replace(/(?<=\w)-/g, '_')])
            expect(dumpOptionProblem(option), option).to.match(/^is not allowed: .{10}/);
  });

  it('refuses every beginning of a refused name', () => {
    const beginnings = fc
      .record({ name: fc.constantFrom(...REFUSED), length: fc.integer({ min: 1, max: 20 }) })
      .map(({ name, length }) => name.slice(0, length));
    const prefix = fc.array(fc.constantFrom(...PREFIXES), { maxLength: 2 }).map(prefixes => prefixes.join(''));
    const value = fc.option(fc.string(), { nil: undefined }).filter(text => !/\p{Cc}/u.test(text ?? ''));
    fc.assert(
      fc.property(prefix, beginnings, value, fc.boolean(), (prefix, beginning, value, underscores) => {
        const written = underscores ? `${prefix}${beginning}`.replaceAll('-', '_') : `${prefix}${beginning}`;
        expect(dumpOptionProblem(`--${written}${value === undefined ? '' : `=${value}`}`)).to.be.a('string');
      }),
    );
  });

  it('takes long options only', () => {
    for (const option of [
      '-f',
      '-c',
      '-ppassword',
      '-f --force',
      'force',
      '',
      '-',
      '--',
      '--=1',
      '-- force',
      'table',
      '--1',
      ' --quick',
    ])
      expect(dumpOptionProblem(option), option).to.contain('must be in the long form');
  });

  it('names what leaves something out on purpose', () => {
    expect(
      partialDumpOptions(['--where=id > 5', '--quick', '--skip_triggers', '--ignore-table=a.b', '--loose-no-data']),
    ).to.deep.equal(['--where', '--skip-triggers', '--ignore-table', '--no-data']);
    expect(partialDumpOptions(['--skip-lock-tables', '--max-allowed-packet=1G'])).to.deep.equal([]);
  });

  it('refuses what would change the server', () => {
    for (const option of ['--delete-master-logs', '--delete_source_logs', '--dump-slave', '--dump-replica=2'])
      expect(dumpOptionProblem(option), option).to.be.a('string');
  });

  it('takes no control characters', () => {
    for (const option of ['--where=a\nb', '--where=\0', '--quick\r', '--where=\u0085'])
      expect(dumpOptionProblem(option), JSON.stringify(option)).to.equal('holds a control character');
  });

  it("refuses MySQL's other ways to say a password in the open, and to overlook errors", () => {
    for (const option of [
      '--password1=x',
      '--password2=x',
      '--password3',
      '--ignore-error=1356',
      '--ignore_error=1356',
    ])
      expect(dumpOptionProblem(option), option).to.be.a('string');
  });

  it("refuses MariaDB's prefix autoset-, which switches an option on", () =>
    expect(dumpOptionProblem('--autoset-force')).to.be.a('string'));

  it('refuses what would undo the key "ssl" of the same entry', () => {
    for (const option of [
      '--skip-ssl',
      '--ssl=0',
      '--ssl-mode=DISABLED',
      '--disable-ssl',
      '--skip-ssl-verify-server-cert',
    ])
      expect(dumpOptionProblem(option), option).to.be.a('string');
  });

  describe('of the real mysqldump', () => {
    let mariadb: MariaDb;
    let folder: string;

    before(async function () {
      this.timeout(60_000);
      mariadb = await sharedMariaDb();
      folder = await mkdtemp(join(tmpdir(), 'lumbung-dump-options-'));
      await mariadb.sql(`
        create or replace database options_of_mysqldump;
        create table options_of_mysqldump.gone (i int);
        create view options_of_mysqldump.broken as select * from options_of_mysqldump.gone;
        create table options_of_mysqldump.z (i int);
        drop table options_of_mysqldump.gone`);
    });
    after(() => rm(folder, { recursive: true }));

    const dumpWith = async (...options: string[]): Promise<{ code: number; stdout: string }> => {
      const connection = [`--host=${mariadb.host}`, `--port=${mariadb.port}`, `--user=${mariadb.user}`];
      const env = { PATH: process.env.PATH!, MYSQL_PWD: mariadb.password };
      return promisify(execFile)('mysqldump', ['--no-defaults', ...connection, ...options], { env, cwd: folder }).then(
        ({ stdout }) => ({ code: 0, stdout }),
        ({ code, stdout }) => ({ code, stdout }),
      );
    };
    const MARKER = /\n-- Dump completed[^\n]*\n$/;
    const WHOLE = 'options_of_mysqldump';

    it('abbreviations, underscores and prefixes take effect: what is refused is no theory', async () => {
      const withoutBroken = `--ignore-table=${WHOLE}.broken`;
      expect((await dumpWith(withoutBroken, WHOLE)).stdout).to.match(MARKER);
      for (const option of [
        '--skip-comm',
        '--skip_comments',
        '--disable-comm',
        '--loose-skip-comm',
        '--comments=0',
        '--compac',
        '--enable-compac',
        '--xm',
      ]) {
        const { code, stdout } = await dumpWith(withoutBroken, option, WHOLE);
        expect(code, option).to.equal(0);
        expect(stdout, option).not.to.match(MARKER);
        expect(dumpOptionProblem(option), option).to.be.a('string');
      }
      for (const option of ['--result=moved.sql', '--result_f=moved.sql', '--loose-result-file=moved.sql']) {
        expect((await dumpWith(withoutBroken, option, WHOLE)).stdout, option).to.equal('');
        expect(await readFile(join(folder, 'moved.sql'), 'utf8')).to.match(MARKER);
        expect(dumpOptionProblem(option), option).to.be.a('string');
      }
    });

    it('force goes on after an error, and writes the marker behind what is missing', async () => {
      expect((await dumpWith(WHOLE)).stdout).not.to.match(MARKER);
      for (const option of [
        '--force',
        '--forc',
        '--fo',
        '--force=1',
        '--loose-force',
        '--enable-force',
        '--maximum-force',
        '--autoset-force',
      ])
        expect((await dumpWith(option, WHOLE)).stdout, option).to.match(MARKER);
    });

    it('takes the harmless ones', async () => {
      for (const option of [
        '--where=i > 0',
        `--ignore-table=${WHOLE}.z`,
        '--skip-lock-tables',
        '--max-allowed-packet=1G',
        '--complete-insert',
        '--skip-triggers',
        '--skip-tz-utc',
      ]) {
        const { code, stdout } = await dumpWith(`--ignore-table=${WHOLE}.broken`, option, WHOLE);
        expect(code, option).to.equal(0);
        expect(stdout, option).to.match(MARKER);
        expect(dumpOptionProblem(option), option).to.equal(undefined);
      }
    });
  });
});
