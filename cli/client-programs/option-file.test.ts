import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import fc from 'fast-check';
import { type MariaDb, sharedMariaDb } from '../../testing/databases/mariadb.ts';
import { formatOptionFile, openOptionFile } from './option-file.ts';

/** What makes an option file hard: quotes, escapes, comments, sections, includes, blanks at the ends, other scripts. */
const HARD = [
  ...[
    '"',
    "'",
    '\\',
    '#',
    ' ',
    ';',
    '[client]',
    '!include /etc/passwd',
    '=',
    '\\n',
    '\\s',
    '\\"',
    '%',
    '$',
    '`',
    '🐱',
    'é',
    '密',
  ],
  ...['\t', '\b', 'a', 'Z', '0', '-', '--', '<!--', '\\\\', '""', "''"],
];
const password = fc
  .array(fc.oneof(fc.constantFrom(...HARD), fc.string({ unit: 'grapheme-ascii', maxLength: 3 })), {
    minLength: 1,
    maxLength: 12,
  })
  .map(pieces => pieces.join(''));

describe('option-file', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lumbung-option-file-'));
  });
  after(() => rm(folder, { recursive: true }));

  /** Runs a client program as a dump does: the option file is its descriptor 3. */
  const client = async (program: string, password: string, ...args: string[]): Promise<string> => {
    await using file = await openOptionFile(folder, password);
    const child = spawn(program, ['--defaults-file=/dev/fd/3', ...args], {
      stdio: ['ignore', 'pipe', 'pipe', file.fd],
    });
    const [stdout, stderr] = await Promise.all([text(child.stdout!), text(child.stderr!), once(child, 'close')]);
    expect(stderr).to.equal('');
    return stdout.replace(/\n$/, '');
  };

  it('is a private file without a name', async () => {
    await using file = await openOptionFile(folder, 'geheim');
    expect(await readdir(folder)).to.deep.equal([]);
    const { mode, nlink } = await file.stat();
    expect(mode & 0o777).to.equal(0o600);
    expect(nlink).to.equal(0);
  });

  it("leaves no open file behind when the folder can't be written to", async () => {
    expect((await openOptionFile(join(folder, 'nowhere'), 'x').catch(error => error)).code).to.equal('ENOENT');
  });

  it('is one section with one line for any password', () => {
    fc.assert(
      fc.property(password, password => {
        expect(formatOptionFile(password)).to.match(/^\[client\]\npassword=".*"\n$/);
      }),
    );
  });

  it("is read by MariaDB's own reader as it was meant", async function () {
    this.timeout(60_000);
    await fc.assert(
      fc.asyncProperty(password, async password => {
        expect(await client('my_print_defaults', password, 'client')).to.equal(`--password=${password}`);
      }),
      { numRuns: 75 },
    );
  });

  it('lets the real client log in with such a password', async () => {
    const mariadb = await sharedMariaDb();
    const passwords = [
      ...[
        'p#a"s\\s w\'örd',
        ' leading',
        'trailing ',
        '  ',
        '#comment',
        '"quoted"',
        "'single'",
        '\\',
        '\\\\',
        'ends with \\',
        '\\n',
        '\\s',
      ],
      ...['🐱密é', '[client]', '!include /x', ';', '=', 'tab\tinside', `${'long '.repeat(14)}!`, '"; password="x'],
      ...fc.sample(password, { numRuns: 20, seed: 20_260_101 }),
    ];
    const admin = await mariadb.connect();
    try {
      for (const password of passwords) {
        await admin.query('create or replace user option_file@? identified by ?', ['127.0.0.1', password]);
        const args = [
          `--host=${mariadb.host}`,
          `--port=${mariadb.port}`,
          '--user=option_file',
          '--default-character-set=utf8mb4',
        ];
        expect(await client('mariadb', password, ...args, '-NBe', "select 'in'"), JSON.stringify(password)).to.equal(
          'in',
        );
      }
    } finally {
      await admin.query("drop user if exists option_file@'127.0.0.1'");
      await admin.end();
    }
  });

  it('never prompts for an empty password', async () => {
    const mariadb: MariaDb = await sharedMariaDb();
    await mariadb.sql("create or replace user no_password@'127.0.0.1'");
    try {
      const args = [`--host=${mariadb.host}`, `--port=${mariadb.port}`, '--user=no_password'];
      expect(await client('mariadb', '', ...args, '-NBe', "select 'in'")).to.equal('in');
    } finally {
      await mariadb.sql("drop user no_password@'127.0.0.1'");
    }
  });
});
