import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import fc from 'fast-check';
import { type MariaDb, sharedMariaDb } from '../../testing/databases/mariadb.ts';
import { hasMySql9, mySql9Program } from '../../testing/databases/mysql9.ts';
import { findMysqldump } from '../client-programs/mysqldump-client.ts';
import { dumpArguments } from '../dump/dump-arguments.ts';
import { DUMP_OPTIONS } from './dump-option-list.ts';
import { dumpOptionProblem } from './dump-option-refusals.ts';
import { leftOut, partialDumpOptions, whatIsLeftOut } from './partial-dumps.ts';

/** What may hide a loss, send something elsewhere, or load code. */
const REFUSED = [
  ...['force', 'compact', 'comments', 'xml', 'result-file', 'tab', 'log-error', 'all-databases', 'databases'],
  ...['help', 'version', 'print-defaults', 'no-defaults', 'defaults-file', 'defaults-extra-file', 'login-path'],
  ...['password', 'user', 'host', 'port', 'socket', 'init-command', 'default-character-set', 'set-charset'],
  ...['no-set-names', 'init-command-add', 'system', 'users', 'ssl', 'ssl-mode', 'ssl-verify-server-cert', 'ssl-ca'],
  ...['apply-slave-statements', 'apply-replica-statements', 'delete-master-logs', 'delete-source-logs', 'dump-slave'],
  ...[
    'dump-replica',
    'password1',
    'password2',
    'password3',
    'ignore-error',
    'compatible',
    'plugin-dir',
    'default-auth',
  ],
  ...['enable-cleartext-plugin', 'debug', 'character-sets-dir', 'dir', 'skip-single-transaction', 'skip-quote-names'],
  ...['skip-tz-utc', 'skip-no-data-med', 'skip-opt', 'skip-ssl', 'skip-comments'],
];
const NAMES = Object.keys(DUMP_OPTIONS);
const valued = (name: string) => `--${name}${DUMP_OPTIONS[name]!.value === 'needed' ? '=x' : ''}`;

describe('dump-options', () => {
  it('accepts each option of its list, spelled exactly so', () => {
    for (const name of NAMES) expect(dumpOptionProblem(valued(name)), name).to.equal(undefined);
    for (const option of ['--where=id > 5 and name <> "--force"', '--column-statistics=0', '--master-data=2'])
      expect(dumpOptionProblem(option), option).to.equal(undefined);
  });

  const expectNoOther = async (path: string, flavour: 'mariadb' | 'mysql') => {
    const { stdout } = await promisify(execFile)(path, ['--no-defaults', '--help']);
    const helped = [...stdout.matchAll(/^ *(?:-\S, )?--([a-z][a-z-]+)/gm)].map(([, name]) => name!);
    expect(helped.length, path).to.be.above(80);
    for (const name of new Set(helped.filter(name => !NAMES.includes(name))))
      expect(dumpOptionProblem(`--${name}=x`), name).to.be.a('string');
    for (const [name, { only = flavour }] of Object.entries(DUMP_OPTIONS))
      if (only === flavour)
        expect(helped.includes(name) || helped.includes(name.replace(/^skip-/, '')), `${path} ${name}`).to.equal(true);
  };

  it("accepts no other option of MariaDB's program, and no unknown option", () =>
    expectNoOther('mysqldump', 'mariadb'));

  it("accepts no other option of MySQL's program, and no unknown option", async function () {
    if (!hasMySql9()) return this.skip();
    await expectNoOther(mySql9Program('mysqldump'), 'mysql');
  });

  it('is listed in docs/reference/configuration.md, option by option', async () => {
    const text = await readFile(join(import.meta.dirname, '../../docs/reference/configuration.md'), 'utf8');
    const table = /^\| option \| program \|.*?\n\n/ms.exec(text)![0];
    const rows = table
      .trim()
      .split('\n')
      .slice(2)
      .map(row => row.split('|').map(cell => cell.trim()));
    const listed = rows.flatMap(([, options, program]) =>
      [...options!.matchAll(/`--([a-z-]+)(=…|\[=…\])?`/g)].map(([, name, value]) => [
        name!,
        { program, value: { '=…': 'needed', '[=…]': 'possible' }[value ?? ''] },
      ]),
    );
    const programs: Record<string, string> = { mysql: "MySQL's", mariadb: "MariaDB's", both: 'both' };
    expect(Object.fromEntries(listed)).to.deep.equal(
      Object.fromEntries(
        Object.entries(DUMP_OPTIONS).map(([name, { only = 'both', value }]) => [
          name,
          { program: programs[only], value },
        ]),
      ),
    );
  });

  it('refuses what hides a loss, sends something elsewhere or loads code, with the reason', () => {
    for (const name of REFUSED)
      for (const value of ['', '=', '=1', '=x y'])
        expect(dumpOptionProblem(`--${name}${value}`), name + value).to.match(/^is not allowed: .{10}/);
  });

  it('refuses it in every other spelling that the programs take', () => {
    const beginnings = fc
      .record({ name: fc.constantFrom(...REFUSED), length: fc.integer({ min: 1, max: 30 }) })
      .map(({ name, length }) => name.slice(0, length))
      .filter(beginning => !NAMES.includes(beginning));
    const prefix = fc
      .array(fc.constantFrom('loose-', 'skip-', 'enable-', 'disable-', 'maximum-', 'autoset-'), { maxLength: 2 })
      .map(prefixes => prefixes.join(''));
    const value = fc.option(fc.string(), { nil: undefined }).filter(text => !/\p{Cc}/u.test(text ?? ''));
    fc.assert(
      fc.property(prefix, beginnings, value, fc.boolean(), (prefix, beginning, value, underscores) => {
        const written = underscores ? `${prefix}${beginning}`.replaceAll('-', '_') : `${prefix}${beginning}`;
        fc.pre(!NAMES.includes(written));
        expect(dumpOptionProblem(`--${written}${value === undefined ? '' : `=${value}`}`)).to.be.a('string');
      }),
    );
  });

  it('says how an option is written that is cut short or spelled otherwise', () => {
    for (const [option, full] of [
      ['--skip-trig', '--skip-triggers'],
      ['--skip_triggers', '--skip-triggers'],
      ['--disable-triggers', '--skip-triggers'],
      ['--loose-skip-triggers', '--skip-triggers'],
      ['--disable_routines', '--skip-routines'],
      ['--max_allowed_packet=1G', '--max-allowed-packet'],
      ['--Quick', '--quick'],
      ['--wher=1', '--where'],
      ['--ignore-table-d=a.b', '--ignore-table-data'],
      ['--enable-no-data', '--no-data'],
    ] as const)
      expect(dumpOptionProblem(option), option).to.equal(`must be written in full, as ${full}`);
    expect(dumpOptionProblem('--forc')).to.match(/^is not allowed: it continues after errors/);
  });

  it('says of a value that is missing, or too many, what to write', () => {
    for (const [option, problem] of [
      ['--where', 'needs a value: --where=…'],
      ['--ignore-table=', 'needs a value: --ignore-table=…'],
      ['--triggers=0', 'takes no value: write --skip-triggers'],
      ['--events=OFF', 'takes no value: write --skip-events'],
      ['--skip-events=1', 'takes no value: write --skip-events'],
      ['--no-data=0', 'takes no value'],
      ['--single-transaction=0', 'takes no value'],
    ] as const)
      expect(dumpOptionProblem(option), option).to.equal(problem);
  });

  it('names what may have been meant by an option that it does not know', () => {
    expect(dumpOptionProblem('--ignore-tabel=a.b')).to.match(
      /docs\/reference\/configuration\.md lists those\. Did you mean --ignore-table\?$/,
    );
    expect(dumpOptionProblem('--verbose')).to.equal(
      'is not a dump option that sade accepts; docs/reference/configuration.md lists those',
    );
    for (const name of ['constructor', '__proto__', 'toString'])
      expect(dumpOptionProblem(`--${name}`), name).to.match(
        /^(?:is not a dump option that sade accepts|must be in the long form)/,
      );
  });

  it('takes long options only, and no control characters', () => {
    for (const option of [
      '-f',
      '-ppassword',
      '-f --force',
      'force',
      '',
      '-',
      '--',
      '--=1',
      '-- force',
      '--1',
      ' --quick',
    ])
      expect(dumpOptionProblem(option), option).to.contain('must be in the long form');
    for (const option of ['--where=a\nb', '--where=\0', '--quick\r', '--where=\u0085'])
      expect(dumpOptionProblem(option), JSON.stringify(option)).to.equal('holds a control character');
  });

  it('names what leaves something out on purpose', () => {
    expect(
      partialDumpOptions(['--where=id > 5', '--quick', '--skip-triggers', '--ignore-table=a.b', '--no-data']),
    ).to.deep.equal(['--where', '--skip-triggers', '--ignore-table', '--no-data']);
    expect(partialDumpOptions(['--skip-lock-tables', '--max-allowed-packet=1G'])).to.deep.equal([]);
  });

  it('lets a later option switch on again what an earlier one leaves out', () => {
    for (const options of [
      ['--skip-triggers', '--triggers'],
      ['--triggers'],
      ['--opt'],
      ['--no-data-med'],
      ['--complete-insert'],
      ['--skip-lock-tables'],
    ])
      expect(partialDumpOptions(options), options.join(' ')).to.deep.equal([]);
    expect(partialDumpOptions(['--triggers', '--skip-triggers', '--skip-triggers'])).to.deep.equal(['--skip-triggers']);
  });

  it('tells which tables and kinds are left out', () => {
    const left = leftOut(['--ignore-table=shop.a', '--ignore-table=shop.b.c=d', '--ignore-table=other.x'], 'shop');
    const known = ['a', 'A', 'b.c=d', 'x', 'b', 'c', 'shop.a'];
    expect(known.filter(left.leavesOut)).to.deep.equal(['a', 'A', 'b.c=d']);
    expect([...left.kinds]).to.deep.equal([]);
    const kinds = (...options: string[]) => [...leftOut(options, 'shop').kinds];
    expect(kinds('--skip-triggers')).to.deep.equal(['triggers']);
    expect(kinds('--skip-events')).to.deep.equal(['events']);
    expect(kinds('--skip-routines')).to.deep.equal(['procedures', 'functions', 'packages', 'package_bodies']);
    expect(kinds('--no-create-info')).to.deep.equal(['tables', 'sequences', 'views']);
    expect(kinds('--ignore-views')).to.deep.equal(['views']);
    expect(kinds('--no-data', '--where=x', '--ignore-table-data=shop.a', '--triggers')).to.deep.equal([]);
    expect(known.filter(leftOut(['--ignore-table-data=shop.a'], 'shop').leavesOut)).to.deep.equal([]);
    const history = (...options: string[]) => leftOut(options, 'shop').history;
    expect([history('--no-data'), history('--as-of=2024-01-01'), history('--where=1')]).to.deep.equal([
      ...[true, true, false],
    ]);
  });

  it('ignores the case of ASCII letters in names of tables, unless asked to be exact', () => {
    const options = ['--ignore-table=SHOP.Ab', '--ignore-table=shop.é'];
    const names = ['ab', 'AB', 'é', 'É', 'e'];
    expect(names.filter(leftOut(options, 'Shop').leavesOut)).to.deep.equal(['ab', 'AB', 'é']);
    expect(names.filter(leftOut(options, 'shop', { isExact: true }).leavesOut)).to.deep.equal(['é']);
  });

  it('names the tables that are left out, and no other value', () => {
    const options = [
      '--where=card="1234"',
      '--ignore-table=shop.a',
      '--ignore-table-data=shop.gone',
      '--skip-triggers',
    ];
    expect(whatIsLeftOut(options, 'shop', ['A', 'a', 'b'])).to.deep.equal([
      { option: '--where', tables: [] },
      { option: '--ignore-table=shop.a', tables: ['A', 'a'] },
      { option: '--ignore-table-data=shop.gone', tables: [] },
      { option: '--skip-triggers', tables: [] },
    ]);
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

    it('what leaves something out does so, and is known', async () => {
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
      for (const option of ['--triggers', '--skip-triggers', '--skip-events', '--skip-routines', '--no-create-info']) {
        const { code, stdout } = await dumpWith('--routines', '--events', option, whole);
        expect(code, option).to.equal(0);
        const { kinds } = leftOut([option], whole);
        for (const [kind, sign] of Object.entries(signs))
          expect(kinds.has(kind as keyof typeof signs), `${option}: ${kind}`).to.equal(!sign.test(stdout));
        expect(partialDumpOptions([option]).length > 0, option).to.equal(kinds.size > 0);
      }
      for (const [option, hasRows] of [
        ['--where=0', false],
        ['--where=i > 5', false],
        ['--no-data', false],
        [`--ignore-table-data=${whole}.t`, false],
        [`--ignore-table=${whole}.t`, false],
        [`--ignore-table=other.t`, true],
      ] as const) {
        expect(/INSERT INTO `t`/.test((await dumpWith(option, whole)).stdout), option).to.equal(hasRows);
        if (!hasRows) expect(partialDumpOptions([option]), option).to.have.length(1);
      }
      await mariadb.sql(`drop database ${whole}`);
    });

    it('the refused options make a dump without SET NAMES, and one without quotes around names', async () => {
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

    it('ignores a table in any case of its ASCII letters', async () => {
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

    it('makes a whole dump with each option of the list, beside those of every dump', async function () {
      this.timeout(60_000);
      const values: Record<string, string> = {
        ...{ where: 'i > 0', 'ignore-table': `${WHOLE}.z`, 'ignore-table-data': `${WHOLE}.z`, 'as-of': '2100-01-01' },
        ...{ 'max-allowed-packet': '1G', 'net-buffer-length': '16384', 'max-statement-time': '100' },
      };
      // They need files, or a server that writes a binary log.
      const elsewhere = ['ssl-cert', 'ssl-key', 'master-data', 'gtid'];
      const client = await findMysqldump('mysqldump');
      const source = { label: 'o', database: WHOLE, port: mariadb.port, host: mariadb.host, user: mariadb.user };
      for (const [name, { only, value }] of Object.entries(DUMP_OPTIONS)) {
        if (only === 'mysql' || elsewhere.includes(name)) continue;
        // 11.8 has this one.
        if (name === 'skip-no-autocommit') continue;
        const option = `--${name}${value === 'needed' ? `=${values[name]}` : ''}`;
        const dumpOptions = [`--ignore-table=${WHOLE}.broken`, option];
        const all = dumpArguments({ ...source, password: '', shrinkLimitPercent: 50, dumpOptions }, client);
        const { code, stdout } = await dumpWith(
          ...all.filter(argument => !/^--(?:defaults-file|host|port|user)/.test(argument)),
        );
        expect(code, option).to.equal(0);
        expect(stdout, option).to.match(MARKER);
      }
    });
  });
});
