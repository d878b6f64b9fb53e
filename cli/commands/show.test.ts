import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import { finding } from '../../protocol/finding.ts';
import { FINDINGS, FORMER_CODES } from '../../protocol/finding-codes.ts';
import { emptyInventory } from '../../protocol/manifest.ts';
import type { BackupReport } from '../../protocol/responses.ts';
import { portOf } from '../../testing/free-port.ts';
import { manifestWith } from '../../testing/zips/sample-manifest.ts';
import { inLocalTime } from '../terminal/local-time.ts';
import type { CommandContext } from './command.ts';
import { show } from './show.ts';

const NAME = 'mysql-2026-01-01-00-00-00-pt_xyz-0f69a75b-9fdf-48c6-8ec9-2277934b7bb8.sql.zip';

describe('show', () => {
  let server: Server;
  let report: BackupReport['data'];

  before(async () => {
    server = createServer((request, response) => {
      const isKnown = request.url === '/34/manifest';
      const body = isKnown
        ? { data: report, message: 'success' }
        : { message: 'No such backup', code: 'BACKUP_NOT_FOUND', errors: [] };
      response.writeHead(isKnown ? 200 : 404, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  beforeEach(() => {
    const inventory = { ...emptyInventory(), tables: [{ name: 'cat', rows: 1200, bytes: 2048 }], views: ['v', 'w'] };
    report = {
      ...{ id: 34, database_name: 'pt_xyz', file_name: NAME, timestamp: '2026-01-01 00:00:00', size: 100 },
      ...{ repr_digest: `sha-256=:${Buffer.alloc(32, 1).toString('base64')}:`, state: 'complete', findings: [] },
      ...{ dump_size: 4096, dump_sha256: 'a'.repeat(64), received_at: '2026-01-01T00:00:05.000Z' },
      ...{ checked_at: null, damage: null, manifest: manifestWith({ file_name: NAME, inventory }) },
    };
  });
  after(() => void server.close());

  const run = async (id: string, options: Record<string, unknown> = {}) => {
    const stdout = new PassThrough();
    const env = { SADE_SERVER: `http://127.0.0.1:${portOf(server)}` };
    const context = { env, stdout, stderr: stdout, signal: new AbortController().signal } as unknown;
    const code = await show(id, options, context as CommandContext);
    stdout.end();
    return { code, said: await text(stdout) };
  };

  for (const [code, today] of Object.entries(FORMER_CODES))
    it(`names the finding ${code} of an earlier service ${today}, for a person and with --json`, async () => {
      const severity = FINDINGS[today];
      report.findings = [{ code, severity, message: 'as it was said' }];
      report.state = severity === 'incomplete' ? 'incomplete' : 'complete';
      const { said } = await run('34');
      expect(said).to.contain(`: as it was said (${today})`).and.not.contain(`(${code})`);
      const { findings } = JSON.parse((await run('34', { json: true })).said);
      expect(findings).to.deep.equal([{ code: today, severity, message: 'as it was said' }]);
    });

  it('tells what a complete backup holds, and exits with 0', async () => {
    const { code, said } = await run('34');
    expect(code).to.equal(0);
    expect(said.split('\n')).to.include.members([
      `complete  ${NAME}`,
      '        dumped by   MariaDB 10.11.19 from MariaDB 10.11.19',
      `        dump        4.0 KiB, SHA-256 ${'a'.repeat(64)}`,
      `        zip         100 B, SHA-256 ${'01'.repeat(32)}`,
      `        received    ${inLocalTime('2026-01-01T00:00:05Z')}`,
      '        checked     not yet',
      '        restore to  CREATE DATABASE `pt_xyz_restored` CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci;',
      '        rows        0 in 1 table',
      'cat    1,200      2.0 KiB',
      'views: v, w',
    ]);
  });

  it('says first what is missing or damaged, and exits with 1', async () => {
    report.findings = [finding('TRIGGERS_NOT_GRANTED', 'no triggers', 'GRANT …')];
    report.state = 'incomplete';
    expect(await run('34').then(({ code, said }) => [code, ...said.split('\n').slice(0, 3)])).to.deep.equal([
      1,
      `INCOMPLETE  ${NAME}`,
      '        INCOMPLETE: no triggers (TRIGGERS_NOT_GRANTED)',
      '          what to do: GRANT …',
    ]);
    report.findings = [finding('TRIGGERS_NOT_GRANTED', 'no \u001b[2Jtriggers')];
    expect((await run('34')).said).to.contain('no \\u001b[2Jtriggers');
    report.state = 'damaged';
    report.damage = 'the stored file is gone';
    const { code, said } = await run('34');
    expect(code).to.equal(1);
    expect(said).to.match(/^DAMAGED {2}.*\n {8}DAMAGED: the stored file is gone\n/);
  });

  it('says once that a backup is to be removed, or was removed, and by whom and why', async () => {
    const removal = {
      at: null,
      due: '2026-02-01T00:00:00.000Z',
      by: 'root',
      reason: 'to be removed: no rule keeps it',
    };
    report.removal = removal;
    const due = inLocalTime(removal.due);
    expect((await run('34')).said).to.contain(`${due} by root: no rule keeps it. Until then`);
    report.removal = { ...removal, at: removal.due, due: null };
    expect((await run('34')).said)
      .to.contain(`${due} by root: no rule keeps it\n`)
      .and.not.contain('to be removed');
  });

  it('shows what it can of one that came without a manifest, or with one of a newer version', async () => {
    report.state = 'unverified';
    for (const manifest of [null, { ...report.manifest!, manifest_version: 3 }]) {
      report.manifest = manifest as never;
      const { said } = await run('34');
      expect(said)
        .to.match(/^UNVERIFIED/)
        .and.not.contain('rows')
        .and.not.contain('dumped by');
    }
  });

  it('shows no defaults of the database where the manifest is of the first version', async () => {
    const { source, ...rest } = report.manifest!;
    const { database, server } = source;
    report.manifest = { ...rest, manifest_version: 1, source: { database, server } } as never;
    const { said } = await run('34');
    expect(said).to.contain('dumped by').and.not.contain('restore to');
  });

  it('prints all of it as JSON', async () =>
    expect(JSON.parse((await run('34', { json: true })).said)).to.deep.equal(report));

  it('reports a backup that does not exist, and accepts ids only', async () => {
    expect(await run('35').catch(error => error.message)).to.contain('BACKUP_NOT_FOUND');
    expect(await run('pt_xyz').catch(error => error.message)).to.contain('not the id of a backup');
  });
});
