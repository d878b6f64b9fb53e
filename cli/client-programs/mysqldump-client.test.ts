import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { OwnTime } from '../../testing/own-time.ts';
import { checkClients } from '../doctor/checks/client-check.ts';
import { ConfigurationError, EXIT } from '../errors.ts';
import { findClients, findMysqldump } from './mysqldump-client.ts';

/** Behind the version. */
const HELP = `Usage: mysqldump [OPTIONS] database [tables]
  -A, --all-databases Dump all the databases. This will be same as --databases
                      with all databases selected.
  --set-gtid-purged[=name]
                      Add 'SET @@GLOBAL.GTID_PURGED' to the output.
  --column-statistics Add an ANALYZE TABLE statement to regenerate any existing
                      column statistics; needs --no-such-option to be
  -c, --complete-insert
                      Use complete insert statements.
`;

describe('mysqldump-client', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lumbung-mysqldump-client-'));
  });
  after(() => rm(folder, { recursive: true }));

  const program = async (script: string, name = 'mysqldump'): Promise<string> => {
    const path = join(folder, name);
    await writeFile(path, `#!/bin/sh\n${script}\n`);
    await chmod(path, 0o755);
    return path;
  };
  const answering = (version: string) =>
    program(`case "$1 $2" in\n"--no-defaults --help") cat <<'E'\n${version}\n${HELP}\nE\n;;\n*) exit 9;;\nesac`);
  const refusal = async (path: string): Promise<string> => {
    const error = await findMysqldump(path).catch(error => error);
    expect(error).to.be.instanceOf(ConfigurationError);
    expect(error.exitCode).to.equal(EXIT.misconfigured);
    return error.message;
  };

  it('knows the version strings of all families', async () => {
    for (const [text, flavour, version] of [
      ['mysqldump  Ver 10.13 Distrib 5.7.44, for Linux (x86_64)', 'mysql', '5.7.44'],
      ['mysqldump  Ver 8.0.36 for Linux on x86_64 (MySQL Community Server - GPL)', 'mysql', '8.0.36'],
      [
        'mysqldump  Ver 8.0.36-28 for Linux on x86_64 (Percona Server (GPL), Release 28, Revision 47601f19)',
        'mysql',
        '8.0.36',
      ],
      ['mysqldump  Ver 10.13 Distrib 5.7.44-48, for Linux (x86_64)', 'mysql', '5.7.44'],
      ['mysqldump  Ver 9.7.4-2 for Linux on x86_64 ((Debian))', 'mysql', '9.7.4'],
      ['mysqldump  Ver 10.19 Distrib 10.11.19-MariaDB, for debian-linux-gnu (x86_64)', 'mariadb', '10.11.19'],
      ['mysqldump from 11.4.2-MariaDB, client 10.19 for debian-linux-gnu (x86_64)', 'mariadb', '11.4.2'],
      ['/usr/bin/mariadb-dump from 11.8.3-MariaDB, client 10.19 for debian-linux-gnu (x86_64)', 'mariadb', '11.8.3'],
      ['mysqldump  Ver 10.16 Distrib 10.1.48-MariaDB, for debian-linux-gnu (x86_64)', 'mariadb', '10.1.48'],
    ] as const) {
      const client = await findMysqldump(await answering(text));
      expect(client, text).to.include({ flavour, version });
    }
  });

  it('asks for the version by itself where the help does not begin with it', async () => {
    const path = await program(
      `case "$2" in --help) echo 'Ver 1';; --version) echo 'mysqldump  Ver 8.0.36 for Linux';; esac`,
    );
    expect(await findMysqldump(path)).to.include({ flavour: 'mysql', version: '8.0.36' });
  });

  it("is not misled by the folder in which MySQL's client lies", async () => {
    const text = '/opt/from-mariadb/bin/mysqldump  Ver 8.0.36 for Linux on x86_64 (MySQL Community Server - GPL)';
    expect((await findMysqldump(await answering(text))).flavour).to.equal('mysql');
  });

  it('knows which options --help names', async () => {
    const client = await findMysqldump(await answering('mysqldump  Ver 9.7.0 for Linux'));
    for (const option of ['all-databases', 'set-gtid-purged', 'column-statistics', 'complete-insert'])
      expect(client.knows(option), option).to.equal(true);
    for (const option of ['databases', 'no-such-option', 'masking-policies', '', 'set-gtid'])
      expect(client.knows(option), option).to.equal(false);
  });

  it('finds the real mysqldump on the PATH', async () => {
    const client = await findMysqldump('mysqldump');
    expect(client.path).to.equal('mysqldump');
    expect(client.version).to.match(/^\d+\.\d+\.\d+$/);
    expect(client.knows('single-transaction')).to.equal(true);
    expect(client.knows('column-statistics')).to.equal(client.flavour === 'mysql');
  });

  it('says how to install mysqldump when it is missing', async () => {
    for (const path of ['no-such-mysqldump', join(folder, 'nowhere')])
      expect(await refusal(path)).to.match(
        /can't be run: it is not installed .*apt-get install mariadb-client.*--mysqldump/,
      );
  });

  it('refuses a program that is not mysqldump, and one that does not run', async () => {
    expect(await refusal('true')).to.contain('does not answer --version as mysqldump does');
    expect(await refusal('cat')).to.contain("cat can't be run");
    expect(await refusal('false')).to.contain("false can't be run");
    expect(await refusal(folder)).to.contain("can't be run");
    await writeFile(join(folder, 'plain'), '');
    expect(await refusal(join(folder, 'plain'))).to.contain("can't be run");
  });

  it('says what to do when the configured program is not mysqldump', async () => {
    for (const path of ['true', 'cat']) {
      const { advice } = await findMysqldump(path).catch(error => error);
      expect(advice, path).to.contain('--mariadb-dump (SADE_MARIADB_DUMP)');
      const { checks } = await checkClients({
        mysqldump: { path: 'mysqldump', isGiven: false },
        mariadbDump: { path, isGiven: true },
      });
      expect(checks.find(({ mark }) => mark === 'FAIL')!.advice).to.equal(advice);
    }
  });

  it('gives up a program that neither answers nor ends', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'lumbung-stubborn-'));
    const path = join(folder, 'mysqldump');
    await writeFile(path, `#!/bin/sh\ntrap '' TERM\nwhile :; do read x < /dev/zero; done\n`, { mode: 0o755 });
    const stop = new AbortController();
    setTimeout(() => stop.abort('stop'), 150);
    using time = new OwnTime();
    expect(await findMysqldump(path, { signal: stop.signal }).catch(error => error)).to.equal('stop');
    expect(time.ms).to.be.below(2000);
    await rm(folder, { recursive: true });
  });

  it('reports an interruption where the signal ended the program before this process got it', async () => {
    const stop = new AbortController();
    const asking = findMysqldump(await program('kill -INT $$'), { signal: stop.signal }).catch(error => error);
    setTimeout(() => stop.abort(new Error('interrupted')), 200);
    expect(await asking).to.have.property('message', 'interrupted');
  });

  it('shows only the beginning of the answer of another program', async () =>
    expect((await refusal(await program('head -c 100000 /dev/zero | tr "\\\\0" x'))).length).to.be.below(400));

  describe('of two', () => {
    const MYSQL = 'mysqldump  Ver 9.7.0 for Linux on x86_64 (MySQL Community Server - GPL)';
    const MARIADB = 'mysqldump from 11.4.2-MariaDB, client 10.19 for debian-linux-gnu (x86_64)';
    const named = (name: string, version: string) =>
      program(`case "$2" in --help) echo '${version}'; echo '${HELP.split("'")[0]}';; *) exit 9;; esac`, name);
    const MISSING = 'no-such-program';
    const given = (path: string) => ({ path, isGiven: true });
    const all = ({ mysqldump, mariadbDump }: { mysqldump: string; mariadbDump: string }) => ({
      mysqldump: given(mysqldump),
      mariadbDump: given(mariadbDump),
    });

    it('each serves the servers of its own flavour, however it is called', async () => {
      const [mysql, mariadb] = [await named('one', MYSQL), await named('other', MARIADB)];
      for (const paths of [
        { mysqldump: mysql, mariadbDump: mariadb },
        { mysqldump: mariadb, mariadbDump: mysql },
      ]) {
        const clients = await findClients(all(paths));
        expect(clients.for('mysql').path).to.equal(mysql);
        expect(clients.for('mariadb').path).to.equal(mariadb);
        expect(clients.all).to.have.length(2);
      }
    });

    it('the only one serves all', async () => {
      const only = await named('only', MARIADB);
      for (const paths of [
        { mysqldump: only, mariadbDump: MISSING },
        { mysqldump: MISSING, mariadbDump: only },
      ]) {
        const clients = await findClients(all(paths));
        expect([clients.for('mysql').path, clients.for('mariadb').path]).to.deep.equal([only, only]);
        expect(clients.all.map(({ path }) => path)).to.deep.equal([only]);
      }
    });

    it('are one when they are alike, as on Debian', async () => {
      const [one, other] = [await named('one', MARIADB), await named('other', MARIADB)];
      const clients = await findClients(all({ mysqldump: one, mariadbDump: other }));
      expect(clients.all.map(({ path }) => path)).to.deep.equal([one]);
      expect([clients.for('mysql').path, clients.for('mariadb').path]).to.deep.equal([one, other]);
    });

    it('of one flavour, a named program is preferred to one that was only found', async () => {
      const name = await named('named', MARIADB);
      for (const programs of [
        { mysqldump: given(name), mariadbDump: { path: 'mariadb-dump', isGiven: false } },
        { mysqldump: { path: 'mysqldump', isGiven: false }, mariadbDump: given(name) },
      ]) {
        const clients = await findClients(programs);
        expect([clients.for('mysql').path, clients.for('mariadb').path]).to.deep.equal([name, name]);
      }
    });

    it('of one flavour, a named program is preferred also when its name is the default', async () => {
      const other = { path: await named('other', MARIADB), isGiven: false };
      const clients = await findClients({ mysqldump: given('mysqldump'), mariadbDump: other });
      expect([clients.for('mysql').path, clients.for('mariadb').path]).to.deep.equal(['mysqldump', 'mysqldump']);
    });

    it('only a named program that is missing is reported', async () => {
      const only = given(await named('only', MARIADB));
      const { warnings } = await findClients({ mysqldump: given(MISSING), mariadbDump: only });
      expect(warnings).to.have.length(1);
      expect(warnings[0]).to.contain(MISSING).and.to.contain(`${only.path} serves every server`);
      const silent = await findClients({ mysqldump: { path: MISSING, isGiven: false }, mariadbDump: only });
      expect(silent.warnings).to.deep.equal([]);
    });

    it('of one flavour, the one named for the server serves it', async () => {
      const [old, recent] = [await named('old', MARIADB.replace('11.4.2', '10.5.1')), await named('recent', MARIADB)];
      const clients = await findClients(all({ mysqldump: old, mariadbDump: recent }));
      expect(clients.all).to.have.length(2);
      expect([clients.for('mysql').path, clients.for('mariadb').path]).to.deep.equal([old, recent]);
    });

    it('are both named when both are missing', async () => {
      const error = await findClients(all({ mysqldump: MISSING, mariadbDump: 'nor-this' })).catch(error => error);
      expect(error).to.be.instanceOf(ConfigurationError);
      expect(error.message).to.contain(MISSING).and.to.contain('nor-this').and.to.contain('--mariadb-dump');
    });

    it('are refused when one is something else', async () => {
      const paths = { mysqldump: await named('good', MYSQL), mariadbDump: 'true' };
      expect(await findClients(all(paths)).catch(error => error)).to.be.instanceOf(ConfigurationError);
    });
  });

  it('lets no secret of the environment pass', async () => {
    process.env.DB_PASSWORD = 'geheim';
    try {
      const path = await program(`env > '${folder}/env'; echo 'mysqldump  Ver 9.7.0'`);
      await findMysqldump(path);
      expect(await readFile(join(folder, 'env'), 'utf8')).not.to.contain('geheim');
    } finally {
      delete process.env.DB_PASSWORD;
    }
  });
});
