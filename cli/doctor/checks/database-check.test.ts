import { expect } from 'chai';
import { finding } from '../../../protocol/finding.ts';
import { sampleReport, sampleSource } from '../../../testing/cli/samples.ts';
import type { MysqldumpClient } from '../../client-programs/mysqldump-client.ts';
import type { DatabaseSource } from '../../config/databases.ts';
import { ExplainedError } from '../../errors.ts';
import type { SourceReport } from '../../preflight/source-report.ts';
import { checkDatabase } from './database-check.ts';

const SOURCE = sampleSource();
const REPORT = sampleReport({
  objects: { tables: ['a', 'b'], views: ['v'], package_bodies: ['p'] },
  ...{ estimatedBytes: 90 * 2 ** 20, isEncrypted: true },
});
const CLIENT: MysqldumpClient = { path: 'mariadb-dump', flavour: 'mariadb', version: '10.11.19', knows: () => false };
const CLIENTS = { for: () => CLIENT, all: [CLIENT] };

describe('database check', () => {
  const check = async (
    report: Partial<SourceReport> | Error = {},
    source: Partial<DatabaseSource> = {},
    clients: typeof CLIENTS | undefined = CLIENTS,
  ) => {
    const preflight = async () => {
      if (report instanceof Error) throw report;
      return { ...REPORT, ...report };
    };
    const result = await checkDatabase(
      { ...SOURCE, ...source },
      { preflight, clients, lastRun: undefined, signal: new AbortController().signal },
    );
    expect(JSON.stringify(result.checks)).not.to.contain('hidden');
    for (const { area, subject } of result.checks) expect([area, subject]).to.deep.equal(['database', 'pt_xyz']);
    const odd = result.checks.filter(({ mark }) => mark !== 'ok');
    return {
      ...result,
      marks: odd.map(({ mark }) => mark),
      text: result.checks.map(({ message }) => message).join('\n'),
    };
  };

  it('tells how it is reached, what it shows, how it would be dumped and how long that may take', async () => {
    const { marks, text, report } = await check();
    expect(marks).to.deep.equal([]);
    expect(text).to.contain('at 192.168.0.1:3306 as lumbung, encrypted: MariaDB 10.11.19');
    expect(text).to.contain('2 tables, 1 view, 1 package body, and the user may dump all of it');
    expect(text).to.contain('dumped by mariadb-dump (MariaDB 10.11.19)');
    expect(text).to.contain('about 90.0 MiB to dump; that takes about 2.3 s (a rough guess');
    expect(report?.estimatedBytes).to.equal(90 * 2 ** 20);
  });

  it('gives up on a server that does not answer in time', async () => {
    const preflight = (_: DatabaseSource, { signal }: { signal: AbortSignal }) =>
      new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    const { checks } = await checkDatabase(SOURCE, {
      ...{ preflight, clients: CLIENTS, lastRun: undefined, signal: new AbortController().signal, withinMs: 30 },
    });
    expect(checks).to.have.length(1);
    expect(checks[0]).to.include({ mark: 'FAIL' }).with.property('message').that.contains('did not answer');
    expect(checks[0]!.advice).to.contain('SHOW PROCESSLIST');
  });

  it('fails with what the preflight says, and what to do', async () => {
    const { checks, report } = await check(new ExplainedError('Access denied', { advice: 'Check db_password.' }));
    expect(checks).to.deep.equal([
      { area: 'database', subject: 'pt_xyz', mark: 'FAIL', message: 'Access denied', advice: 'Check db_password.' },
    ]);
    expect(report).to.equal(undefined);
  });

  it('warns when all goes over a network in clear text, and only then', async () => {
    expect((await check({ isEncrypted: false })).marks).to.deep.equal(['warn']);
    for (const host of ['localhost', '127.0.0.1', '127.8.9.1', '::1'])
      expect((await check({ isEncrypted: false }, { host })).marks, host).to.deep.equal([]);
    expect((await check({ isEncrypted: false }, { host: '127.evil.example.com' })).marks).to.deep.equal(['warn']);
    expect((await check({ isEncrypted: false }, { socket: '/run/mysqld.sock' })).marks).to.deep.equal([]);
  });

  it('gives each finding a line with the GRANT that fixes it', async () => {
    const grant = "GRANT TRIGGER ON `pt\\_xyz`.* TO 'lumbung'@'%';";
    const { checks, marks, text } = await check({
      findings: [
        finding('TRIGGERS_NOT_GRANTED', 'triggers cannot be seen', grant),
        finding('NOT_TRANSACTIONAL', 'MyISAM: t'),
      ],
    });
    expect(marks).to.deep.equal(['FAIL', 'warn']);
    expect(checks.find(({ mark }) => mark === 'FAIL')).to.deep.include({
      message: 'triggers cannot be seen (TRIGGERS_NOT_GRANTED)',
      advice: grant,
    });
    expect(text).not.to.contain('the user may dump all of it');
  });

  it('fails where only a program of the other flavour is there', async () => {
    const { marks, text } = await check({ server: { flavour: 'mysql', version: '9.7.0' } });
    expect(marks).to.deep.equal(['FAIL']);
    expect(text).to.contain('FLAVOUR_MISMATCH');
  });

  it('reports the options that were chosen, and only the names of those in dump_options', async () => {
    const { text } = await check(
      { fallbackOptions: ['--skip-events'] },
      { ssl: 'require', dumpOptions: ['--where=x="hidden"'] },
    );
    expect(text).to.contain('--ssl (').and.contain('--skip-events (').and.contain('--where (of dump_options');
  });

  it('says what is not checked when there is no dump program', async () => {
    const { marks, text, report } = await check({}, {}, null as never);
    expect(marks).to.deep.equal(['warn']);
    expect(text).to.contain('not checked how it would be dumped, since no dump program is installed');
    expect(report).not.to.equal(undefined);
  });
});
