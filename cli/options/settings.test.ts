import { availableParallelism, hostname } from 'node:os';
import { resolve } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { makeToken } from '../../protocol/access/token-text.ts';
import { ConfigurationError, EXIT } from '../errors.ts';
import { mistypedVariables, readBackupSettings, readCommand } from './settings.ts';

const mistakesOf = (options: Record<string, unknown>, env: Record<string, string> = {}): readonly string[] => {
  try {
    readBackupSettings(options, env);
  } catch (error) {
    expect(error).to.be.instanceOf(ConfigurationError);
    expect((error as ConfigurationError).exitCode).to.equal(EXIT.misconfigured);
    return (error as ConfigurationError).mistakes;
  }
  return [];
};

const TOKEN = makeToken();

const serverOf = (server: string | undefined): URL => readCommand('show', { server }, {}).server;

describe('settings', () => {
  it('has a default for everything', () =>
    expect(readBackupSettings({}, {})).to.deep.equal({
      config: 'databases.json',
      server: new URL('http://127.0.0.1:3000/'),
      ...{ tokenFile: undefined, tokenText: undefined, caFile: undefined, allowPlainHttp: false },
      workDir: resolve('data/work'),
      only: undefined,
      dumpWorkers: Math.max(4, availableParallelism()),
      zipWorkers: Math.max(4, availableParallelism()),
      uploadWorkers: 4,
      dumpsPerHost: 2,
      level: 5,
      timeoutMs: 6 * 3_600_000,
      retries: 5,
      mysqldump: { path: 'mysqldump', isGiven: false },
      mariadbDump: { path: 'mariadb-dump', isGiven: false },
      ...{ rehearse: 'auto', mariadbd: undefined, mysqld: undefined },
      ...{ source: hostname(), shard: undefined },
      dryRun: false,
      json: false,
      quiet: false,
    }));

  it('puts the command line above the environment, and that above the defaults', () => {
    const env = {
      SADE_CONFIG: 'env.json',
      SADE_SERVER: 'http://env:1',
      ...{ SADE_TOKEN_FILE: 'env-token', SADE_TOKEN: TOKEN, SADE_CA_FILE: 'env-ca', SADE_ALLOW_PLAIN_HTTP: 'on' },
      SADE_WORK_DIR: '/env',
      SADE_ONLY: 'env',
      SADE_DUMP_WORKERS: '11',
      SADE_ZIP_WORKERS: '12',
      SADE_UPLOAD_WORKERS: '13',
      SADE_DUMPS_PER_HOST: '16',
      SADE_LEVEL: '7',
      SADE_TIMEOUT: '14s',
      SADE_RETRIES: '15',
      ...{ SADE_SOURCE: 'env source', SADE_SHARD: 'env-shard' },
      SADE_MYSQLDUMP: 'env-dump',
      SADE_MARIADB_DUMP: 'env-maria',
      SADE_REHEARSE: 'always',
      SADE_MARIADBD: 'env-mariadbd',
      SADE_MYSQLD: 'env-mysqld',
      SADE_JSON: '1',
      SADE_QUIET: 'true',
    };
    const options = {
      config: 'flag.json',
      server: 'http://flag:2',
      ...{ 'token-file': 'flag-token', 'ca-file': 'flag-ca', 'allow-plain-http': false },
      'work-dir': '/flag',
      only: 'flag',
      'dump-workers': '21',
      'zip-workers': '22',
      'upload-workers': '23',
      'dumps-per-host': '26',
      level: '8',
      timeout: '24s',
      retries: '0',
      mysqldump: 'flag-dump',
      'mariadb-dump': 'flag-maria',
      rehearse: 'off',
      mariadbd: 'flag-mariadbd',
      mysqld: 'flag-mysqld',
      ...{ source: 'flag-source', shard: 'flag-shard' },
      'dry-run': true,
      json: false,
      quiet: false,
    };
    const fromEnv = {
      config: 'env.json',
      server: new URL('http://env:1/'),
      ...{ tokenFile: 'env-token', tokenText: TOKEN, caFile: 'env-ca', allowPlainHttp: true },
      workDir: '/env',
      only: ['env'],
      dumpWorkers: 11,
      zipWorkers: 12,
      uploadWorkers: 13,
      dumpsPerHost: 16,
      level: 7,
      timeoutMs: 14_000,
      retries: 15,
      mysqldump: { path: 'env-dump', isGiven: true },
      mariadbDump: { path: 'env-maria', isGiven: true },
      ...{ rehearse: 'always', mariadbd: 'env-mariadbd', mysqld: 'env-mysqld' },
      ...{ source: 'env source', shard: 'env-shard' },
      dryRun: false,
      json: true,
      quiet: true,
    };
    const fromFlags = {
      config: 'flag.json',
      server: new URL('http://flag:2/'),
      ...{ tokenFile: 'flag-token', caFile: 'flag-ca', allowPlainHttp: false },
      workDir: '/flag',
      only: ['flag'],
      dumpWorkers: 21,
      zipWorkers: 22,
      uploadWorkers: 23,
      dumpsPerHost: 26,
      level: 8,
      timeoutMs: 24_000,
      retries: 0,
      mysqldump: { path: 'flag-dump', isGiven: true },
      mariadbDump: { path: 'flag-maria', isGiven: true },
      ...{ rehearse: 'off', mariadbd: 'flag-mariadbd', mysqld: 'flag-mysqld' },
      ...{ source: 'flag-source', shard: 'flag-shard' },
      dryRun: true,
      json: false,
      quiet: false,
    };
    expect(readBackupSettings({}, env)).to.deep.equal(fromEnv);
    // No option takes the token itself.
    expect(readBackupSettings(options, env)).to.deep.equal({ ...fromFlags, tokenText: TOKEN });
    expect(readBackupSettings(options, {})).to.deep.equal({ ...fromFlags, tokenText: undefined });
    expect(readBackupSettings({ retries: '0' }, env)).to.deep.equal({ ...fromEnv, retries: 0 });
  });

  it('knows that a program was named on purpose, also by the name that is the default', () => {
    const { mysqldump, mariadbDump } = readBackupSettings({ mysqldump: 'mysqldump' }, { SADE_MARIADB_DUMP: '' });
    expect(mysqldump).to.deep.equal({ path: 'mysqldump', isGiven: true });
    expect(mariadbDump).to.deep.equal({ path: 'mariadb-dump', isGiven: false });
    expect(readBackupSettings({}, { SADE_MARIADB_DUMP: 'mariadb-dump' }).mariadbDump.isGiven).to.equal(true);
  });

  it('refuses a token with a typo in SADE_TOKEN, and shows no part of it', () => {
    const typo = `${TOKEN.slice(0, -1)}_`;
    const [mistake] = mistakesOf({}, { SADE_TOKEN: typo });
    expect(mistake)
      .to.match(/^SADE_TOKEN is not a token/)
      .and.not.contain(typo.slice(4, 12));
  });

  it('treats an empty variable as not set', () => {
    const names = ['CONFIG', 'SERVER', 'WORK_DIR', 'ONLY', 'DUMP_WORKERS', 'TIMEOUT', 'JSON', 'QUIET', 'RETRIES'];
    const env = Object.fromEntries(names.map(name => [`SADE_${name}`, '']));
    expect(readBackupSettings({}, env)).to.deep.equal(readBackupSettings({}, {}));
  });

  it('gathers all mistakes, each with the place where it was made', () => {
    const mistakes = mistakesOf(
      { 'dump-workers': '0', timeout: 'soon', only: ' , ' },
      { SADE_RETRIES: '-1', SADE_SERVER: 'backups', SADE_QUIET: 'perhaps' },
    );
    expect(mistakes).to.have.members([
      '--dump-workers is "0" and must be a whole number from 1 to 64',
      '--timeout is "soon" and must be a time with its unit, such as 90s, 30m or 6h',
      '--only is " , " and must name at least one database',
      'SADE_RETRIES is "-1" and must be a whole number from 0 to 20',
      'SADE_SERVER must be the address of the service, beginning with http:// or https://, such as https://backups.example.com',
      'SADE_QUIET is "perhaps" and must be 1 or 0',
    ]);
  });

  it('takes whole numbers within their bounds only', () => {
    for (const fine of ['1', '64'])
      expect(readBackupSettings({ 'zip-workers': fine }, {}).zipWorkers).to.equal(Number(fine));
    for (const wrong of ['0', '65', '-1', '1.5', '1e1', '0x10', '', 'two', ' 4', '٤', '9999999999'])
      expect(mistakesOf({ 'zip-workers': wrong }), wrong).to.have.length(1);
  });

  it('has bounds for what a host should bear, and for how hard it is compressed', () => {
    for (const [name, setting, least, most] of [
      ['dumps-per-host', 'dumpsPerHost', 1, 64],
      ['level', 'level', 1, 9],
    ] as const) {
      for (const fine of [least, most])
        expect(readBackupSettings({ [name]: String(fine) }, {})[setting]).to.equal(fine);
      for (const wrong of [least - 1, most + 1])
        expect(mistakesOf({ [name]: String(wrong) })).to.deep.equal([
          `--${name} is "${wrong}" and must be a whole number from ${least} to ${most}`,
        ]);
    }
    expect(readBackupSettings({}, {})).to.include({ dumpsPerHost: 2, level: 5 });
    expect(mistakesOf({}, { SADE_LEVEL: '0' })).to.have.length(1);
    expect(mistakesOf({}, { SADE_DUMPS_PER_HOST: 'all' })).to.have.length(1);
  });

  it('takes durations in seconds, minutes and hours', () => {
    for (const [text, milliseconds] of [
      ['90s', 90_000],
      ['30m', 1_800_000],
      ['6h', 21_600_000],
      ['1s', 1000],
    ] as const)
      expect(readBackupSettings({ timeout: text }, {}).timeoutMs, text).to.equal(milliseconds);
    for (const wrong of ['0', '6', '90', '0h', '', 's', '-5s', '1.5h', '1d', '6 h', '600h', '1000000', 'ms', '6H'])
      expect(mistakesOf({ timeout: wrong }), wrong).to.have.length(1);
  });

  it('never has a time that a timer would overflow with', () => {
    fc.assert(
      fc.property(fc.nat(2_000_000), fc.constantFrom('', 's', 'm', 'h'), (amount, unit) => {
        if (mistakesOf({ timeout: `${amount}${unit}` }).length > 0) return;
        expect(readBackupSettings({ timeout: `${amount}${unit}` }, {}).timeoutMs).to.be.within(1000, 2 ** 31 - 1);
      }),
    );
  });

  it('takes the address of the service with and without a path', () => {
    for (const [text, href] of [
      ['http://127.0.0.1:3000', 'http://127.0.0.1:3000/'],
      ['https://example.com/lumbung', 'https://example.com/lumbung/'],
      ['https://example.com/lumbung/', 'https://example.com/lumbung/'],
      ['HTTP://EXAMPLE.com', 'http://example.com/'],
      ['http://[::1]:8080', 'http://[::1]:8080/'],
    ]) {
      const server = serverOf(text);
      expect(server.href).to.equal(href);
      expect(new URL('pt_xyz', server).href).to.equal(`${href}pt_xyz`);
    }
    for (const wrong of [
      '',
      'backups',
      'ftp://example.com',
      'localhost:3000',
      'http://',
      'http://a?b',
      'http://a#b',
      '/path',
    ])
      expect(() => serverOf(wrong), wrong).to.throw(ConfigurationError, '--server must be the address');
  });

  it('takes no password in the address: the report and the log would tell it', () => {
    for (const address of ['https://ani:geheim@example.com/', 'https://token@example.com/'])
      expect(() => serverOf(address), address).to.throw(ConfigurationError);
    try {
      serverOf('https://ani:geheim@example.com/?');
    } catch (error) {
      expect((error as Error).message).not.to.contain('geheim');
    }
  });

  it('takes no empty text where a path or a name belongs', () => {
    for (const name of ['config', 'work-dir', 'mysqldump', 'mariadb-dump'])
      expect(mistakesOf({ [name]: '' }), name).to.have.length(1);
  });

  it('takes --only several times, each as it was given', () => {
    expect(readBackupSettings({ only: ' a, b,,c d ' }, {}).only).to.deep.equal([' a, b,,c d ']);
    expect(readBackupSettings({ only: ['a', 'b,c'] }, {}).only).to.deep.equal(['a', 'b,c']);
  });

  it('takes the last of an option that is given several times', () =>
    expect(readBackupSettings({ retries: ['1', '2'] }, {}).retries).to.equal(2));

  it('takes flags in the usual spellings', () => {
    for (const text of ['1', 'true', 'YES', 'on'])
      expect(readBackupSettings({}, { SADE_JSON: text }).json, text).to.equal(true);
    for (const text of ['0', 'false', 'No', 'OFF'])
      expect(readBackupSettings({}, { SADE_JSON: text }).json, text).to.equal(false);
    expect(readBackupSettings({ json: true }, { SADE_JSON: '0' }).json).to.equal(true);
  });

  it('warns of a variable that looks like a mistyped setting, and of no other', () => {
    const env = {
      SADE_SEVER: 'x',
      SADE_WORKDIR: 'y',
      SADE_SERVER: 'https://h',
      SADE_DB_PASSWORD: 'geheim',
      PATH: '/bin',
    };
    expect(mistypedVariables(env)).to.deep.equal([
      'the environment has SADE_SEVER, which is not a setting of sade. Did you mean SADE_SERVER?',
      'the environment has SADE_WORKDIR, which is not a setting of sade. Did you mean SADE_WORK_DIR?',
    ]);
  });
});
