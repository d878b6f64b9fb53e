import { execFileSync } from 'node:child_process';
import { constants } from 'node:fs';
import { chmod, mkdir, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import jsonc, { type ParseError } from 'jsonc-parser';
import { makeToken } from '../../protocol/access/token-text.ts';
import { ConfigurationError, EXIT } from '../errors.ts';
import { type DatabaseSources, loadDatabases } from './databases.ts';
import { parseStrictJson } from './strict-json.ts';

const entry = {
  database_name: 'pt_xyz',
  db_host: '192.168.0.1',
  db_port: '3306',
  db_username: 'user',
  db_password: 'password',
};

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

describe('config', () => {
  let folder: string;
  let path: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lumbung-config-'));
    path = join(folder, 'databases.json');
  });
  after(() => rm(folder, { recursive: true }));

  const loadText = async (text: string, env: Record<string, string> = {}): Promise<DatabaseSources> => {
    await writeFile(path, text);
    await chmod(path, 0o600);
    return loadDatabases(path, env);
  };
  const load = (value: unknown, env?: Record<string, string>) => loadText(JSON.stringify(value), env);

  /** What is wrong, without the file's name in front of each mistake. */
  const mistakesOf = async (loading: Promise<unknown>): Promise<string[]> => {
    const error = await loading.then(
      () => undefined,
      error => error,
    );
    expect(error, 'was it refused?').to.be.instanceOf(ConfigurationError);
    expect(error.exitCode).to.equal(EXIT.misconfigured);
    return error.mistakes.map((mistake: string) => mistake.replace(`${path}: `, ''));
  };

  it('reads how often a backup is due, and names the place of what is no such thing', async () => {
    const { sources } = await load([
      { ...entry, name: 'a', every: { cron: '30  1 * * *', timezone: 'Asia/Jakarta' }, grace: '2h', group: 'acme' },
      { ...entry, name: 'b', every: '24h' },
      { ...entry, name: 'c' },
    ]);
    expect(sources.map(({ every, grace, group }) => [every, grace, group])).to.deep.equal([
      ['cron 30 1 * * * Asia/Jakarta', '2h', 'acme'],
      ['24h', undefined, undefined],
      [undefined, undefined, undefined],
    ]);
    const bad: Array<[object, RegExp]> = [
      [{ every: 'daily' }, /^databases\[0\]\.every: must be a time such as 24h/],
      [{ every: null }, /^databases\[0\]\.every: must be a time such as 24h/],
      [{ every: 24 }, /^databases\[0\]\.every: must be a time such as 24h/],
      [{ every: { cron: '30 1 * * *' } }, /^databases\[0\]\.every: .*the time zone is missing$/],
      [{ grace: '2' }, /^databases\[0\]\.grace: must be a time such as 90m/],
      [{ group: '' }, /^databases\[0\]\.group: is empty$/],
      [{ group: ' a' }, /^databases\[0\]\.group: has spaces around it$/],
      [{ group: 'x'.repeat(65) }, /^databases\[0\]\.group: is longer than 64 characters$/],
    ];
    for (const [fields, mistake] of bad) {
      const [first, ...more] = await mistakesOf(load([{ ...entry, ...fields }]));
      expect({ first, more: more.length }, JSON.stringify(fields)).to.deep.equal({ first, more: 0 });
      expect(first).to.match(mistake);
    }
  });

  it('reads a token for the service from an entry, or from a file that it names', async () => {
    const tokens = [makeToken(), makeToken()] as const;
    await writeFile(join(folder, 'token'), `${tokens[0]}\n`, { mode: 0o600 });
    const list = [
      { ...entry, name: 'a', token_file: 'token' },
      { ...entry, name: 'b', token: '${ACME_TOKEN}' },
      { ...entry, name: 'c' },
    ];
    const { sources, warnings } = await load(list, { ACME_TOKEN: tokens[1] });
    expect(sources.map(({ token }) => token)).to.deep.equal([
      { text: tokens[0], from: join(folder, 'token') },
      { text: tokens[1], from: 'the key token of b' },
      undefined,
    ]);
    expect(warnings).to.deep.equal([]);
  });

  it('warns once of a token file of several entries that others can read', async () => {
    await writeFile(join(folder, 'shown'), makeToken());
    await chmod(join(folder, 'shown'), 0o644);
    const { warnings } = await load(['a', 'b'].map(name => ({ ...entry, name, token_file: 'shown' })));
    expect(warnings).to.have.length(1);
    expect(warnings[0]).to.contain('shown holds a token, and other users can read it');
  });

  it('refuses a token with a typo, a file without one, and two tokens of one entry, and shows none of them', async () => {
    const token = makeToken();
    await writeFile(join(folder, 'typo'), `${token.slice(0, -1)}_`, { mode: 0o600 });
    const mistakes = await mistakesOf(
      load([
        { ...entry, name: 'a', token: token.slice(0, 40) },
        { ...entry, name: 'b', token_file: 'typo' },
        { ...entry, name: 'c', token_file: 'nowhere' },
        { ...entry, name: 'd', token_file: 'typo', token },
        { ...entry, name: 'e', token: 5 },
      ]),
    );
    expect(mistakes.join('\n')).to.not.match(/lmb_[\w-]/);
    for (const mistake of [
      'databases[0].token: holds a token with a mistake: its checksum does not fit. Copy all 53 characters of it again',
      `databases[1].token_file: ${join(folder, 'typo')} holds a token with a mistake: its checksum does not fit. Copy all 53 characters of it again`,
      `databases[2].token_file: ${join(folder, 'nowhere')} does not exist`,
      'databases[3]: has token and token_file: leave one of them out',
      'databases[4].token: must be a string',
    ])
      expect(mistakes).to.include(mistake);
  });

  it('takes a user for restores beside the one that backs up, with its password or a file with it', async () => {
    await writeFile(join(folder, 'restore-password'), 'of a file\n', { mode: 0o600 });
    const named = { ...entry, name: 'b', restore_username: 'r', restore_password_file: 'restore-password' };
    const { sources } = await load([{ ...entry, restore_username: 'r', restore_password: 'p' }, named]);
    expect(sources.map(({ restoreUser }) => restoreUser)).to.deep.equal([
      { user: 'r', password: 'p' },
      { user: 'r', password: 'of a file' },
    ]);
    expect(sources[0]).to.include({ user: 'user', password: 'password' });
    expect(await mistakesOf(load([{ ...entry, restore_password: 'p' }]))).to.deep.equal([
      'databases[0]: has a password of a restore user; name that user with restore_username',
    ]);
  });

  it('is valid where only the password of a user for restores cannot be read: no backup needs it', async () => {
    const named = { restore_username: 'r', restore_password_file: 'nowhere' };
    const { sources } = await load([
      { ...entry, ...named },
      { ...entry, name: 'b' },
    ]);
    expect(sources.map(({ password }) => password)).to.deep.equal(['password', 'password']);
    const { restoreUser } = sources[0]!;
    expect(restoreUser?.problem?.message).to.equal(`restore_password_file: ${join(folder, 'nowhere')} does not exist`);
    expect(restoreUser?.problem?.advice).to.contain('Write the password of r into').and.contain('chmod 600');
  });

  it("accepts the form of the specification's example", async () => {
    const { sources, warnings } = await load([
      { ...entry, db_password: 'a long password' },
      { ...entry, database_name: 'pt_abc', db_host: '192.168.0.2' },
    ]);
    expect(sources).to.deep.equal([
      {
        label: 'pt_xyz',
        database: 'pt_xyz',
        host: '192.168.0.1',
        port: 3306,
        user: 'user',
        password: 'a long password',
        dumpOptions: [],
        shrinkLimitPercent: 50,
      },
      {
        label: 'pt_abc',
        database: 'pt_abc',
        host: '192.168.0.2',
        port: 3306,
        user: 'user',
        password: 'password',
        dumpOptions: [],
        shrinkLimitPercent: 50,
      },
    ]);
    expect(warnings).to.deep.equal([]);
  });

  it('refuses the example that comes with Lumbung for as long as it is not edited, however it is laid out', async () => {
    const text = await readFile(join(import.meta.dirname, '../../databases.json'), 'utf8');
    for (const example of [text, JSON.stringify(JSON.parse(text)), JSON.stringify(JSON.parse(text), null, 4)]) {
      const error = await loadText(example).catch(error => error);
      expect(error, example).to.be.instanceOf(ConfigurationError);
      expect(error.message).to.equal(
        `${path} is still the example that comes with Lumbung; its servers and passwords are not real`,
      );
      expect(error.advice).to.contain('chmod 600').and.contain('sade doctor');
    }
    const { sources } = await loadText(text.replace('"db_password": "password"', '"db_password": "another"'));
    expect(sources).to.have.length(2);
  });

  it('has the entries of the specification in its example, byte for byte', async () => {
    const text = await readFile(join(import.meta.dirname, '../../databases.json'), 'utf8');
    expect(text).to.equal(`[
  { "database_name": "pt_xyz", "db_host": "192.168.0.1", "db_port": "3306",
    "db_username": "user", "db_password": "password" },
  { "database_name": "pt_abc", "db_host": "192.168.0.2", "db_port": "3306",
    "db_username": "user", "db_password": "password" }
]
`);
  });

  it('accepts every optional key', async () => {
    const { sources } = await load([
      {
        name: 'shop at A',
        database_name: 'shop',
        db_socket: '/run/mysqld/mysqld.sock',
        db_username: 'user',
        db_password: '',
        ssl: 'verify',
        ssl_ca: 'ca.pem',
        dump_options: ['--skip-lock-tables', '--where=id > 5'],
        shrink_limit_percent: 0,
        not_backed_up: ['test'],
        drill_checks: [
          { name: 'orders', sql: 'SELECT COUNT(*) > 5 FROM orders', expected: 1 },
          { sql: '\n with x as (select null)\nselect * from x', expected: null },
        ],
      },
    ]);
    expect(sources[0]).to.deep.equal({
      label: 'shop at A',
      database: 'shop',
      port: 3306,
      socket: '/run/mysqld/mysqld.sock',
      user: 'user',
      password: '',
      ssl: 'verify',
      sslCa: join(folder, 'ca.pem'),
      dumpOptions: ['--skip-lock-tables', '--where=id > 5'],
      shrinkLimitPercent: 0,
      notBackedUp: ['test'],
      drillChecks: [
        { name: 'orders', sql: 'SELECT COUNT(*) > 5 FROM orders', expected: 1 },
        {
          name: 'with x as (select null)\nselect * from x',
          sql: '\n with x as (select null)\nselect * from x',
          expected: null,
        },
      ],
    });
  });

  describe('in another encoding', () => {
    const list = [{ ...entry, db_password: 'pässwörd€' }];
    const json = JSON.stringify(list, null, 2);
    const utf16 = (text: string) => Buffer.from(`\uFEFF${text}`, 'utf16le');

    it('is read where its mark says which, as Windows writes it', async () => {
      for (const bytes of [utf16(json), utf16(json).swap16(), Buffer.from(`\uFEFF${json}`)]) {
        await writeFile(path, bytes);
        expect((await loadDatabases(path, {})).sources[0]!.password).to.equal('pässwörd€');
      }
    });

    it('is named with the place, and not with what stands there', async () => {
      await writeFile(path, Buffer.from(json.replace('€', '!'), 'latin1'));
      const [mistake, ...more] = await mistakesOf(loadDatabases(path, {}));
      expect(more).to.deep.equal([]);
      const lines = json.split('\n');
      const line = lines.findIndex(text => text.includes('pä'));
      expect(mistake).to.contain(`can't be read: line ${line + 1}, column ${lines[line]!.indexOf('ä') + 1} (byte `);
      expect(mistake).to.contain(`(byte ${json.indexOf('ä') + 1} of the file) is not UTF-8; save the file as UTF-8`);
      expect(mistake).not.to.contain('ssw');
      await writeFile(path, utf16(json).subarray(2));
      expect((await mistakesOf(loadDatabases(path, {})))[0]).to.match(/zero bytes, as UTF-16/);
      await writeFile(path, utf16(json).subarray(0, 101));
      expect((await mistakesOf(loadDatabases(path, {})))[0]).to.match(/not valid UTF-16/);
    });

    it('of a password file is named too, or read', async () => {
      const { db_password: _, ...without } = entry;
      const secret = join(folder, 'secret');
      for (const bytes of [utf16('pässwörd€\r\n'), Buffer.from('pässwörd€\n')]) {
        await writeFile(secret, bytes, { mode: 0o600 });
        expect((await load([{ ...without, db_password_file: 'secret' }])).sources[0]!.password).to.equal('pässwörd€');
      }
      await writeFile(secret, Buffer.from('pässword', 'latin1'));
      expect(await mistakesOf(load([{ ...without, db_password_file: 'secret' }]))).to.deep.equal([
        `databases[0].db_password_file: ${secret}: line 1, column 2 (byte 2 of the file) is not UTF-8; save the file as UTF-8 (iconv -f latin1 -t utf8 does that with a file of Western Europe)`,
      ]);
    });
  });

  describe('that is no list that could be read', () => {
    it('is refused where it sends nothing, or too much', async function () {
      this.timeout(60_000);
      const fifo = join(folder, 'fifo');
      execFileSync('mkfifo', [fifo]);
      for (const [place, problem] of [
        [fifo, /is not valid JSON at line 1, column 1/],
        ['/dev/zero', /it is a device, not a file/],
        [folder, /it is a folder, not a file/],
      ] as const)
        expect((await mistakesOf(loadDatabases(place, {})))[0], place).to.match(problem);
      await writeFile(path, Buffer.alloc(17 * 2 ** 20, ' '));
      expect((await mistakesOf(loadDatabases(path, {})))[0]).to.contain('it is longer than 16.0 MiB');
    });

    it('is read from a pipe', async () => {
      const fifo = join(folder, 'pipe');
      execFileSync('mkfifo', [fifo]);
      const file = await open(fifo, constants.O_RDWR);
      await file.write(JSON.stringify([entry]));
      const loading = loadDatabases(fifo, {});
      setTimeout(() => void file.close(), 200);
      expect((await loading).sources).to.have.length(1);
    });

    it('is refused where it is nested too deeply to be read, and shows no more mistakes than can be read', async () => {
      const deep = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;
      expect(await mistakesOf(loadText(deep(200_000)))).to.have.length(1);
      expect(
        await mistakesOf(loadText(`[{"database_name":${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}}]`)),
      ).to.have.length(1);
      const twice = `[{${Array(20_000).fill('"a":1').join(',')}}]`;
      const error = await loadText(twice).catch(error => error);
      expect(error.mistakes).to.have.length(100);
      expect(error.message.split('\n')).to.have.length(52);
      expect(error.message).to.match(/… and 50 more$/);
    });

    it('accepts names that JavaScript itself uses, and entries that are not objects do not disturb it', async () => {
      const named = (name: string) => ({ ...entry, database_name: name });
      const { sources } = await load([
        named('constructor'),
        named('__proto__'),
        named('toString'),
        named('A'),
        named('a'),
      ]);
      expect(sources.map(({ label }) => label)).to.deep.equal(['constructor', '__proto__', 'toString', 'A', 'a']);
      expect(await mistakesOf(load([1, null, 'x', [], entry]))).to.have.length(4);
      const own = `[${JSON.stringify(entry).replace('{', '{"__proto__":{"x":1},')}]`;
      expect((await mistakesOf(loadText(own)))[0]).to.contain('an unknown key as its 1st key');
    });
  });

  it('shows no unknown key that may be a password in the wrong place', async () => {
    const [mistake, ...more] = await mistakesOf(load([{ 'S3cret!pass': 1, ...entry, db_pasword: 'x' }]));
    expect(more).to.deep.equal([]);
    expect(mistake).to.contain('1st key').and.contain('Did you mean db_password?').and.not.contain('S3cret');
  });

  it('accepts a BOM at the beginning, as editors on Windows write it', async () =>
    expect((await loadText(`\uFEFF${JSON.stringify([entry])}`)).sources).to.have.length(1));

  describe('all mistakes at once', () => {
    it('names each with its position', async () => {
      const mistakes = await mistakesOf(
        load([
          entry,
          { ...entry, name: 'b', db_username: undefined },
          { ...entry, name: 'c', db_host: 5, dump_options: ['--quick', '--force', 7] },
          { ...entry, name: 'd', db_port: '33o6', ssl: 'yes' },
          { ...entry, name: 'a/b' },
        ]),
      );
      expect(mistakes).to.have.members([
        'databases[1].db_username: is missing',
        'databases[2].db_host: must be a string',
        'databases[2].dump_options[1]: --force is not allowed: it continues after errors, so that an incomplete dump looks complete',
        'databases[2].dump_options[2]: must be a string',
        'databases[3].db_port: must be a port number from 1 to 65535',
        'databases[3].ssl: must be off, require or verify',
        'databases[4].name: contains a slash or a backslash',
      ]);
    });

    it('names variables, labels and password files among them', async () => {
      const mistakes = await mistakesOf(
        load([
          { ...entry, db_password: '${NOT_SET}' },
          entry,
          { ...entry, name: 'c', db_password: undefined, db_password_file: 'nowhere' },
          { ...entry, name: 'd', db_port: 0 },
        ]),
      );
      expect(mistakes.join('\n')).to.contain('databases[0].db_password: the environment has no variable NOT_SET');
      expect(mistakes.join('\n')).to.contain('databases[3].db_port: must be a port number');
      expect(mistakes.join('\n')).to.contain('databases[1]: has the same label pt_xyz as databases[0]');
      expect(mistakes.join('\n')).to.contain(
        `databases[2].db_password_file: ${join(folder, 'nowhere')} does not exist`,
      );
    });

    it('begins each with the path of the file', async () => {
      const error = await load([{}]).catch(error => error);
      for (const mistake of error.mistakes) expect(mistake).to.match(new RegExp(`^${path}: databases\\[0\\]`));
    });
  });

  describe('a mistake, by itself', () => {
    const refusals: [string, unknown, string][] = [
      ['no list', { databases: [] }, 'the file must hold a list of databases'],
      ['a bare null', null, 'the file must hold a list of databases'],
      ['an empty list', [], 'the list is empty'],
      ['an entry that is null', [null], 'databases[0]: must be an object'],
      ['an entry that is a text', ['pt_xyz'], 'databases[0]: must be an object with database_name, db_host, '],
      ['an entry that is a list', [[entry]], 'databases[0]: must be an object with database_name, db_host, '],
      [
        'an unknown key',
        [{ ...entry, db_pasword: 'geheim' }],
        'databases[0]: has the unknown key db_pasword. Did you mean db_password?',
      ],
      [
        'a key that is like no other',
        [{ ...entry, frobnicate: 1 }],
        `databases[0]: has an unknown key as its ${Object.keys(entry).length + 1}th key (not shown: it may be a secret); the known keys are`,
      ],
      [
        'names that are no list',
        [{ ...entry, not_backed_up: 'test' }],
        'databases[0].not_backed_up: must be a list of names of databases',
      ],
      ['a name that is no text', [{ ...entry, not_backed_up: [5] }], 'databases[0].not_backed_up[0]: must be a string'],
      [
        'a database_name that is a number',
        [{ ...entry, database_name: 5 }],
        'databases[0].database_name: must be a string',
      ],
      ['a name that is a number', [{ ...entry, name: 5 }], 'databases[0].name: must be a string'],
      ['a name that is null', [{ ...entry, name: null }], 'databases[0].name: must be a string'],
      ['a database_name that is null', [{ ...entry, database_name: null }], 'databases[0].database_name: '],
      ['a host that is null', [{ ...entry, db_host: null }], 'databases[0].db_host: must be a string'],
      ['a port that is null', [{ ...entry, db_port: null }], 'databases[0].db_port: must be a port number'],
      ['a port in a list', [{ ...entry, db_port: [3306] }], 'databases[0].db_port: must be a port number'],
      [
        'a control character',
        [{ ...entry, db_password: 'a\nb' }],
        'databases[0].db_password: holds a control character',
      ],
      ['neither host nor socket', [{ ...entry, db_host: undefined }], 'databases[0]: needs db_host or db_socket'],
      [
        'no password',
        [{ ...entry, db_password: undefined }],
        'databases[0]: needs either db_password or db_password_file',
      ],
      [
        'two passwords',
        [{ ...entry, db_password_file: 'x' }],
        'databases[0]: needs either db_password or db_password_file',
      ],
      ['verify without a CA', [{ ...entry, ssl: 'verify' }], 'databases[0]: needs ssl_ca'],
      ['a CA without verify', [{ ...entry, ssl_ca: 'x' }], 'databases[0]: has an ssl_ca, which is used only when'],
      [
        'options that are no list',
        [{ ...entry, dump_options: '--quick' }],
        'databases[0].dump_options: must be a list of strings',
      ],
      [
        'a long database',
        [{ ...entry, name: 'x', database_name: 'd'.repeat(65) }],
        'databases[0].database_name: is longer than 64',
      ],
      [
        'a database that can be no label',
        [{ ...entry, database_name: 'graphql' }],
        'databases[0].database_name: is reserved: the service itself uses the path /graphql; give it a label with the key "name"',
      ],
      ['a name that no form can carry', [{ ...entry, name: 'a%22b' }], 'databases[0].name: contains %22, %0A or %0D'],
      ...[-1, 101, 2.5, '50', null].map((limit): [string, unknown, string] => [
        `a limit of ${JSON.stringify(limit)} percent`,
        [{ ...entry, shrink_limit_percent: limit }],
        'databases[0].shrink_limit_percent: must be a whole number from 0 to 100',
      ]),
      ['a name that is empty', [{ ...entry, name: '' }], 'databases[0].name: is empty'],
      ...[
        [
          'checks that are no list',
          { sql: 'select 1', expected: 1 },
          ': must be a list of objects with sql and expected',
        ],
        ['a check that is no object', ['select 1'], '[0]: must be an object with sql and expected'],
        ['a check without SQL', [{ expected: 1 }], '[0].sql: is missing'],
        ['a check that is no query', [{ sql: 'DELETE FROM t', expected: 1 }], '[0].sql: must be a query that begins'],
        ['a check that expects nothing', [{ sql: 'select 1' }], '[0].expected: is missing'],
        ['a check that expects a list', [{ sql: 'select 1', expected: [1] }], '[0].expected: must be a text, a number'],
        [
          'a check with a key that is not known',
          [{ sql: 'select 1', expect: 1, expected: 1 }],
          '[0]: has the unknown key',
        ],
      ].map(([what, checks, problem]): [string, unknown, string] => [
        String(what),
        [{ ...entry, drill_checks: checks }],
        `databases[0].drill_checks${problem}`,
      ]),
    ];
    for (const [what, value, expected] of refusals)
      it(what, async () => {
        const mistakes = await mistakesOf(load(value));
        expect(mistakes.map(mistake => mistake.slice(0, expected.length))).to.include(expected);
      });

    it('never a crash, for any value of any key', async () => {
      const odd = [null, 5, true, '', [], {}, [null], '${X}', '\u0000'];
      for (const key of [
        'name',
        ...Object.keys(entry),
        'db_socket',
        'db_password_file',
        'ssl',
        'ssl_ca',
        'dump_options',
        'shrink_limit_percent',
        'drill_checks',
      ])
        for (const value of odd) {
          const error = await load([{ ...entry, [key]: value }]).catch(error => error);
          const isFine = !(error instanceof Error) || error instanceof ConfigurationError;
          expect(isFine, `${key}: ${JSON.stringify(value)}: ${error}`).to.equal(true);
        }
    });
  });

  it('accepts ports as numbers and as strings', async () => {
    const { sources } = await load([
      { ...entry, name: 'a', db_port: 3307 },
      { ...entry, name: 'b', db_port: '3308' },
      { ...entry, name: 'c', db_port: undefined },
      { ...entry, name: 'd', db_port: 65_535 },
    ]);
    expect(sources.map(({ port }) => port)).to.deep.equal([3307, 3308, 3306, 65_535]);
    for (const port of [0, 65_536, -1, 3306.5, '', '0', '65536', ' 3306', '3306 ', '0x50', '1e3', '٣٣٠٦', true])
      expect(await mistakesOf(load([{ ...entry, db_port: port }])), JSON.stringify(port)).to.deep.equal([
        'databases[0].db_port: must be a port number from 1 to 65535',
      ]);
  });

  it('refuses dump options that load code, send the password or write elsewhere, each with its place and the reason', async () => {
    const dump_options = [
      ...['--plugin-dir=/tmp', '--default-auth=mysql_clear_password', '--enable-cleartext-plugin'],
      ...['--debug=d:o,/tmp/x', '--character-sets-dir=/tmp', '--dir=/tmp', '--quick'],
    ];
    const mistakes = await mistakesOf(load([{ ...entry, dump_options }]));
    expect(mistakes).to.have.length(dump_options.length - 1);
    for (const [at, mistake] of mistakes.entries()) {
      const name = dump_options[at]!.replace(/=.*/, '');
      expect(mistake).to.match(/ is not allowed: .{10}/);
      expect(mistake.startsWith(`databases[0].dump_options[${at}]: ${name} is not allowed`), mistake).to.equal(true);
    }
  });

  it("refuses a host that MariaDB's client would read as a list of settings", async () => {
    for (const db_host of ['host=db1;plugin-dir=/tmp', 'db1;', 'db1 ', ';host=x'])
      expect(await mistakesOf(load([{ ...entry, db_host }])), db_host).to.deep.equal([
        'databases[0].db_host: must be the name or the address of a host',
      ]);
    for (const db_host of ['db1', 'db-1.example.com', 'dé.example', '10.0.0.7', '::1', 'fe80::1%eth0', 'my_db'])
      expect((await load([{ ...entry, db_host }])).sources[0]).to.include({ host: db_host });
  });

  describe('labels', () => {
    it('are the database_name or the name, and a name frees the database_name', async () => {
      const { sources } = await load([
        entry,
        { ...entry, name: 'pt_xyz at B' },
        { ...entry, name: 'x', database_name: 'graphql' },
      ]);
      expect(sources.map(({ label, database }) => [label, database])).to.deep.equal([
        ['pt_xyz', 'pt_xyz'],
        ['pt_xyz at B', 'pt_xyz'],
        ['x', 'graphql'],
      ]);
    });

    it('must differ', async () =>
      expect(
        await mistakesOf(load([entry, { ...entry, name: 'b' }, { ...entry, name: 'pt_xyz' }, entry])),
      ).to.deep.equal([
        'databases[2]: has the same label pt_xyz as databases[0]; give one of them another "name"',
        'databases[3]: has the same label pt_xyz as databases[0]; give one of them another "name"',
      ]));
  });

  describe('password file', () => {
    const withFile = (file: string) => load([{ ...entry, db_password: undefined, db_password_file: file }]);

    it('starts from the folder of the list, and loses one line end at most', async () => {
      await mkdir(join(folder, 'secrets'), { recursive: true });
      for (const [content, password] of [
        ['geheim', 'geheim'],
        ['geheim\n', 'geheim'],
        ['geheim\r\n', 'geheim'],
        [' ge heim \n', ' ge heim '],
      ]) {
        await writeFile(join(folder, 'secrets', 'p'), content!);
        expect((await withFile('secrets/p')).sources[0]!.password).to.equal(password);
        expect((await withFile(join(folder, 'secrets', 'p'))).sources[0]!.password).to.equal(password);
      }
    });

    it('must exist', async () =>
      expect((await mistakesOf(withFile('nowhere')))[0]).to.match(
        /^databases\[0\]\.db_password_file: .* does not exist$/,
      ));

    it('loses the BOM that an editor on Windows puts before the password', async () => {
      await writeFile(join(folder, 'bom'), '\uFEFFgeheim\r\n');
      expect((await withFile('bom')).sources[0]!.password).to.equal('geheim');
    });

    it('is a mistake when it is empty or holds more than a line', async () => {
      for (const content of ['', '\n', 'a\nb\n', 'a\0b']) {
        await writeFile(join(folder, 'odd'), content);
        expect((await mistakesOf(withFile('odd')))[0], JSON.stringify(content)).to.match(
          /^databases\[0\]\.db_password_file: /,
        );
      }
    });

    it('that others can read is worth a warning', async () => {
      await writeFile(join(folder, 'open'), 'geheim');
      await chmod(join(folder, 'open'), 0o644);
      expect((await withFile('open')).warnings.join()).to.contain(join(folder, 'open'));
    });
  });

  describe('placeholders', () => {
    it('are filled from the environment', async () => {
      const { sources } = await load([{ ...entry, db_password: '${DB_PASSWORD}', db_port: '${DB_PORT}' }], {
        DB_PASSWORD: 'from env',
        DB_PORT: '3307',
      });
      expect(sources[0]).to.include({ password: 'from env', port: 3307 });
    });

    it('can be escaped', async () =>
      expect((await load([{ ...entry, db_password: 'a$${b}' }])).sources[0]!.password).to.equal('a${b}'));

    it('that are not set are named', async () =>
      expect(await mistakesOf(load([entry, { ...entry, name: 'b', db_password: '${NOT_SET}' }]))).to.deep.equal([
        'databases[1].db_password: the environment has no variable NOT_SET',
      ]));
  });

  describe('invalid JSON', () => {
    it('is reported with line and column', async () => {
      for (const [text, place] of [
        ['[\n{"a": "b",}\n]', 'line 2, column 11'],
        ['[{"a":"geheim" "x":1}]', 'line 1, column 16'],
        ['[1,]', 'line 1, column 4'],
        ['[\n  {"db_password": geheim}\n]', 'line 2, column 19'],
        ['[{"a": \'geheim\'}]', 'line 1, column 8'],
        ['[{"a": 1}', 'line 1, column 10'],
        ['', 'line 1, column 1'],
      ]) {
        const mistakes = await mistakesOf(loadText(text!));
        expect(mistakes[0], text).to.equal(`${path} is not valid JSON at ${place}`);
      }
    });

    it('is never quoted: a password may stand there', async () => {
      for (const text of [
        '[{"p":"geheim" "x":1}]',
        '[{"p": geheim}]',
        '[{"p":"geheim}]',
        "[{'p':'geheim'}]",
        'geheim',
      ]) {
        const error = await loadText(text).catch(error => error);
        expect(`${error.message}${error.stack}${error.cause}`, text).not.to.contain('geheim');
      }
    });
  });

  describe('a key that an object has twice', () => {
    const twoInOne = `[
  { "database_name": "pt_xyz", "db_host": "127.0.0.1", "db_username": "u", "db_password": "geheim",

    "database_name": "pt_abc", "db_host": "127.0.0.1", "db_username": "u", "db_password": "geheim" }
]`;

    it('is a mistake: only the last of two databases would be backed up', async () => {
      const mistakes = await mistakesOf(loadText(twoInOne));
      expect(mistakes).to.have.length(4);
      expect(mistakes[0]).to.equal(
        `${path} has the key "database_name" twice in one object, at line 2, column 5 and at line 4, column 5. Remove one, or write "},{" between them where two objects were meant.`,
      );
      expect(mistakes.join()).not.to.contain('geheim');
    });

    it('is one also where it is written another way, and deep inside', async () => {
      const text = '[{"name": "a", "n\\u0061me": "b"}, [{"x": {"y": 1, "y": 1}}]]';
      const mistakes = await mistakesOf(loadText(text));
      expect(mistakes).to.have.length(2);
      expect(mistakes[0]).to.contain('"name" twice').and.contain('at line 1, column 16');
      expect(mistakes[1])
        .to.contain('"y" twice')
        .and.contain(`at line 1, column ${text.lastIndexOf('"y"') + 1}.`);
    });

    it('is not reported where two objects have the same key, or a key has the name of a property that every object has', async () => {
      const mistakes = await mistakesOf(loadText('[{"toString": 1, "__proto__": 1}, {"toString": 1}]'));
      expect(mistakes.join()).not.to.contain('twice');
    });
  });

  it('finds the place of everything that is not JSON', () => {
    const json = fc.json().filter(text => text.length > 0);
    const at = fc.nat();
    fc.assert(
      fc.property(json, at, fc.string({ minLength: 1, maxLength: 2 }), (text, nat, noise) => {
        const cut = nat % (text.length + 1);
        const broken = text.slice(0, cut) + noise + text.slice(cut + (nat % 2));
        const found: ParseError[] = [];
        jsonc.parseTree(broken, found, { disallowComments: true });
        const parsed = parseStrictJson(broken);
        const isPlaced = 'mistakes' in parsed && parsed.mistakes[0]!.startsWith('is not valid JSON at line');
        expect(isPlaced && found.length > 0, broken).to.equal(!isJson(broken));
      }),
    );
  });

  it('names no secret in any mistake', async () => {
    const error = await load([
      { ...entry, db_password: 'geheim\t', db_port: 'geheim' },
      {
        ...entry,
        db_password: ['geheim'],
        ssl: 'geheim',
        dump_options: ['-pgeheim', '--password=geheim', 'geheim', '--password1=geheim'],
      },
    ]).catch(error => error);
    expect(error).to.be.instanceOf(ConfigurationError);
    expect(error.message).not.to.contain('geheim');
  });

  it('says how to name the list when the file is missing', async () => {
    const error = await loadDatabases(join(folder, 'nowhere.json'), {}).catch(error => error);
    expect(error).to.be.instanceOf(ConfigurationError);
    expect(error.message).to.match(/nowhere\.json does not exist$/);
    expect(error.advice)
      .to.match(/chmod 600 \S*nowhere\.json/)
      .and.match(/--config or SADE_CONFIG/);
    const [folderAsList] = await mistakesOf(loadDatabases(folder, {}));
    expect(folderAsList).to.equal(`${folder} can't be read: it is a folder, not a file`);
  });

  it('warns when others can read the passwords, each kind of others', async () => {
    await load([entry]);
    for (const mode of [0o640, 0o604, 0o644, 0o660]) {
      await chmod(path, mode);
      expect((await loadDatabases(path, {})).warnings.join(), mode.toString(8)).to.contain(`chmod 600 ${path}`);
    }
    await chmod(path, 0o400);
    expect((await loadDatabases(path, {})).warnings).to.deep.equal([]);
  });
});
