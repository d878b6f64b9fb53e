import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import fc from 'fast-check';
import { type MariaDb, sharedMariaDb } from '../test/support/mariadb.ts';
import { dumpOptionProblem } from './dump-option-refusals.ts';
import { leftOut, partialDumpOptions, whatIsLeftOut } from './dump-options.ts';

/** What must not get through under any spelling. */
const REFUSED = [
  ...['force', 'compact', 'comments', 'xml', 'result-file', 'tab', 'log-error', 'all-databases', 'databases'],
  ...['help', 'version', 'print-defaults', 'no-defaults', 'defaults-file', 'defaults-extra-file', 'login-path'],
  ...['password', 'user', 'host', 'port', 'socket', 'init-command', 'default-character-set', 'set-charset'],
  ...['no-set-names', 'init-command-add', 'system', 'users'],
  ...['apply-slave-statements', 'apply-replica-statements'],
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
      '--tz-utc',
      '--order-by-primary',
      '--master-data=2',
      '--source-data=2',
      '--skip-dump-date',
      '--insert-ignore',
      '--replace',
      '--skip-add-drop-table',
      '--add-drop-trigger',
      '--compress',
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

  it('knows them in every spelling that the client takes', () => {
    for (const [option, name] of [
      ['--skip-trig', '--skip-triggers'],
      ['--skip_triggers', '--skip-triggers'],
      ['--disable-triggers', '--skip-triggers'],
      ['--loose-skip-tr', '--skip-triggers'],
      ['--loose_disable_routines', '--skip-routines'],
      ['--triggers=0', '--skip-triggers'],
      ['--events=OFF', '--skip-events'],
      ['--loose-events=false', '--skip-events'],
      ['--skip-events=1', '--skip-events'],
      ['--wher=1', '--where'],
      ['--where=0', '--where'],
      ['--no_d', '--no-data'],
      ['--enable-no-data', '--no-data'],
      ['--no-create-i', '--no-create-info'],
      ['--ignore_table=a.b', '--ignore-table'],
      ['--ignore-table-d=a.b', '--ignore-table-data'],
      ['--ignore-v', '--ignore-views'],
      ['--as-of=2024-01-01', '--as-of'],
      ['--skip-create-options', '--skip-create-options'],
      ['--skip-opt', '--skip-opt'],
      ['--compatible=ansi', '--compatible'],
    ] as const)
      expect(partialDumpOptions([option]), option).to.deep.equal([name]);
  });

  it('lets the last one count of those that can be switched on and off', () => {
    for (const options of [
      ['--skip-triggers', '--triggers'],
      ['--skip-triggers', '--skip-triggers=0'],
      ['--no-data', '--skip-no-data'],
      ['--no-data', '--no-data=0'],
      ['--skip-no-data'],
      ['--triggers'],
      ['--events=1'],
      ['--opt'],
      ['--no-data-med'],
      ['--complete-insert'],
      ['--skip-tz-utc'],
      ['--skip-quick'],
      ['--quick=0'],
    ])
      expect(partialDumpOptions(options), options.join(' ')).to.deep.equal([]);
    expect(partialDumpOptions(['--triggers', '--skip-triggers'])).to.deep.equal(['--skip-triggers']);
  });

  it('tells which tables and kinds are left out', () => {
    const left = leftOut(['--ignore-table=shop.a', '--ignore-table=shop.b.c=d', '--ignore-table=other.x'], 'shop');
    const known = ['a', 'A', 'b.c=d', 'x', 'b', 'c', 'shop.a'];
    expect(known.filter(left.leavesOut)).to.deep.equal(['a', 'A', 'b.c=d']);
    expect([...left.kinds]).to.deep.equal([]);
    const kinds = (...options: string[]) => [...leftOut(options, 'shop').kinds];
    expect(kinds('--skip-trig')).to.deep.equal(['triggers']);
    expect(kinds('--events=0')).to.deep.equal(['events']);
    expect(kinds('--disable-routines')).to.deep.equal(['procedures', 'functions', 'packages', 'package_bodies']);
    expect(kinds('--no-create-info')).to.deep.equal(['tables', 'sequences', 'views']);
    expect(kinds('--ignore-views')).to.deep.equal(['views']);
    expect(kinds('--no-data', '--where=x', '--ignore-table-data=shop.a', '--triggers')).to.deep.equal([]);
    expect(known.filter(leftOut(['--ignore-table-data=shop.a'], 'shop').leavesOut)).to.deep.equal([]);
    const history = (...options: string[]) => leftOut(options, 'shop').history;
    expect([history('--no-data'), history('--as-of=2024-01-01'), history('--where=1')]).to.deep.equal([
      ...[true, true, false],
    ]);
  });

  it('takes the case of ASCII letters for nothing where tables are ignored, unless it is told to be exact', () => {
    const options = ['--ignore-table=SHOP.Ab', '--ignore-table=shop.é'];
    const names = ['ab', 'AB', 'é', 'É', 'e'];
    expect(names.filter(leftOut(options, 'Shop').leavesOut)).to.deep.equal(['ab', 'AB', 'é']);
    expect(names.filter(leftOut(options, 'shop', { isExact: true }).leavesOut)).to.deep.equal(['é']);
  });

  it('names the tables that are left out, and no other value', () => {
    const options = ['--where=card="1234"', '--ignore_table=shop.a', '--ignore-table-d=shop.gone', '--skip-trig'];
    expect(whatIsLeftOut(options, 'shop', ['A', 'a', 'b'])).to.deep.equal([
      { option: '--where', tables: [] },
      { option: '--ignore-table=shop.a', tables: ['A', 'a'] },
      { option: '--ignore-table-data=shop.gone', tables: [] },
      { option: '--skip-triggers', tables: [] },
    ]);
  });

  it('refuses what makes the dump no snapshot, or one that may not load', () => {
    for (const name of [
      ...['single-transaction', 'quote-names', 'opt', 'single-tr', 'quote', 'op'],
      ...['tz-utc', 'tz', 'no-data-med', 'no-data-m'],
    ]) {
      for (const option of [`--${name}`, `--${name}=1`, `--loose-${name}`, `--${name}=on`])
        expect(dumpOptionProblem(option), option).to.equal(undefined);
      for (const prefix of ['skip-', 'disable-', 'loose-skip-', 'loose_disable_', 'maximum-', 'skip_'])
        for (const value of ['', '=1', '=0'])
          expect(dumpOptionProblem(`--${prefix}${name}${value}`), prefix + name + value).to.match(
            /^is not allowed: .{10}/,
          );
      for (const value of ['0', 'off', 'FALSE', 'nonsense'])
        for (const prefix of ['', 'loose-', 'enable-'])
          expect(dumpOptionProblem(`--${prefix}${name}=${value}`), name + value).to.be.a('string');
    }
  });

  it('refuses --compatible, with which routines and events do not load', () => {
    for (const option of ['--compatible=ansi', '--compatible', '--compat=ansi', '--loose-compatible=ansi'])
      expect(dumpOptionProblem(option), option).to.match(/^is not allowed: .*do not load/);
  });

  it('refuses the relatives of what is refused, but not those of ssl', () => {
    for (const option of [
      '--init-command-add=drop table t',
      '--init_command_a=x',
      '--loose-init-command-of-tomorrow=x',
    ])
      expect(dumpOptionProblem(option), option).to.match(/statements of its own/);
    for (const option of ['--ssl-cert=/c', '--ssl-key=/k', '--ssl_cipher=x'])
      expect(dumpOptionProblem(option), option).to.equal(undefined);
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

    it('what leaves something out does so in every spelling, and is known in each', async () => {
      const whole = 'options_leaving_out';
      await mariadb.sql(`
        create or replace database ${whole}; use ${whole};
        create table t (i int); insert into t values (1); create table z (i int);
        create trigger tr before insert on t for each row set new.i = 1;
        create procedure p() select 1;
        create event e on schedule every 1 day do select 1`);
      const signs = {
        triggers: /TRIGGER `?tr`? /i,
        procedures: /PROCEDURE `p`/,
        events: /EVENT `e`/,
        tables: /CREATE TABLE `z`/,
      };
      for (const option of [
        '--triggers',
        '--skip-trig',
        '--skip_triggers',
        '--disable-tr',
        '--loose-skip-triggers',
        '--triggers=0',
        '--triggers=off',
        '--triggers=1',
        '--skip-triggers=0',
        '--skip-triggers=1',
        '--skip-ev',
        '--events=0',
        '--skip-rout',
        '--disable_routines',
        '--routines=false',
        '--no-create-i',
        '--loose-no_create_info',
        '--no-create-info=0',
        '--skip-no-create-info',
      ]) {
        const { code, stdout } = await dumpWith('--routines', '--events', option, whole);
        expect(code, option).to.equal(0);
        const { kinds } = leftOut([option], whole);
        for (const [kind, sign] of Object.entries(signs))
          expect(kinds.has(kind as keyof typeof signs), `${option}: ${kind}`).to.equal(!sign.test(stdout));
        expect(partialDumpOptions([option]).length > 0, option).to.equal(kinds.size > 0);
      }
      for (const [option, hasRows] of [
        ['--where=0', false],
        ['--wher=i > 5', false],
        ['--no-dat', false],
        ['--no-data=0', true],
        [`--ignore-table-d=${whole}.t`, false],
        [`--ignore_table=${whole}.t`, false],
        [`--ignore-table=other.t`, true],
      ] as const) {
        expect(/INSERT INTO `t`/.test((await dumpWith(option, whole)).stdout), option).to.equal(hasRows);
        if (!hasRows) expect(partialDumpOptions([option]), option).to.have.length(1);
      }
      await mariadb.sql(`drop database ${whole}`);
    });

    it('a dump without SET NAMES, and one without quotes around names, come of what is refused', async () => {
      const withoutBroken = `--ignore-table=${WHOLE}.broken`;
      const [names, quotes] = [/SET NAMES utf8mb4/, /CREATE TABLE `z`/];
      const { stdout } = await dumpWith(withoutBroken, WHOLE);
      expect(stdout).to.match(names).and.to.match(quotes);
      for (const [option, sign] of [
        ['--no-set-names', names],
        ['--no-set-n', names],
        ['--skip-opt', names],
        ['--skip-op', names],
        ['--skip-quote-names', quotes],
        ['--quote-names=0', quotes],
        ['--maximum-quote-names=0', quotes],
        ['--disable-quote', quotes],
      ] as const) {
        const { code, stdout } = await dumpWith(withoutBroken, option, WHOLE);
        expect(code, option).to.equal(0);
        expect(stdout, option).to.match(MARKER).and.not.to.match(sign);
        expect(dumpOptionProblem(option), option).to.be.a('string');
      }
    });

    it('ignores a table whatever the case of ASCII letters, as is expected', async () => {
      const database = 'options_of_twins';
      const [{ lower }] = (await mariadb.sql('select @@lower_case_table_names as lower')) as unknown as [
        { lower: number },
      ];
      const names = lower === 0 ? ['t', 'T', 'é', 'É', 'e'] : ['t', 'é', 'e'];
      await mariadb.sql(`create or replace database ${database}`);
      for (const name of names) await mariadb.sql(`create table ${database}.\`${name}\` (i int)`);
      for (const option of ['t', 'T', 'é', 'É', 'e'].map(name => `--ignore-table=${database.toUpperCase()}.${name}`)) {
        const { stdout } = await dumpWith('--default-character-set=utf8mb4', option, database);
        const { leavesOut } = leftOut([option], database);
        expect(
          names.filter(name => !stdout.includes(`CREATE TABLE \`${name}\``)),
          option,
        ).to.deep.equal(names.filter(leavesOut));
      }
      await mariadb.sql(`drop database ${database}`);
    });

    it('takes the harmless ones', async () => {
      for (const option of [
        '--where=i > 0',
        `--ignore-table=${WHOLE}.z`,
        '--skip-lock-tables',
        '--max-allowed-packet=1G',
        '--complete-insert',
        '--skip-triggers',
        '--tz-utc',
      ]) {
        const { code, stdout } = await dumpWith(`--ignore-table=${WHOLE}.broken`, option, WHOLE);
        expect(code, option).to.equal(0);
        expect(stdout, option).to.match(MARKER);
        expect(dumpOptionProblem(option), option).to.equal(undefined);
      }
    });
  });
});
