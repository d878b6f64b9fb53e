import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { finding } from '../../protocol/finding.ts';
import { emptyInventory } from '../../protocol/manifest.ts';
import { fakeMysqldump } from '../../testing/cli/fake-mysqldump.ts';
import type { DatabaseSource } from '../config/databases.ts';
import type { SourceReport } from '../preflight/source-report.ts';
import { Spool } from '../spool/spool.ts';
import { DiskRoom } from './disk-room.ts';
import { startDump } from './dump-stage.ts';
import { Failures } from './failures.ts';
import type { FinishedJob } from './jobs.ts';
import type { RunningDump } from './running-dump.ts';

const never = new AbortController().signal;
const source: DatabaseSource = {
  ...{ label: 'd', database: 'd', host: 'h', port: 1, user: 'u', password: 'geheim' },
  ...{ dumpOptions: [], shrinkLimitPercent: 50 },
};
const seen: SourceReport = {
  server: { flavour: 'mariadb', version: '10.11.19' },
  objects: { ...emptyInventory(), tables: ['t'] },
  ...{ estimatedBytes: 3000, isEncrypted: false, fallbackOptions: [] },
  findings: [finding('NOT_TRANSACTIONAL', 'of t, not geheim')],
};

describe('the stage of the dump', () => {
  let folder: string;
  let spool: Spool;
  let room: DiskRoom;
  let looks: number;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lumbung-dump-stage-'));
    spool = await Spool.open(join(folder, 'work'));
    room = new DiskRoom(spool.folder, async () => 5000);
    looks = 0;
  });
  afterEach(() => rm(folder, { recursive: true }));

  const start = async (script: string, timeoutMs = 60_000) => {
    const client = await fakeMysqldump(folder, script);
    const progress = { onStart: () => {}, onProgress: () => {} };
    const preflight = async () => {
      looks++;
      return seen;
    };
    const clients = { for: () => client, all: [client] };
    const failures = new Failures({ spool, room, progress });
    return startDump(source, { spool, room, progress, failures, clients, preflight, timeoutMs }, never);
  };
  const other = { fileName: 'other', files: [], dumpBytes: 3000 };

  it('asks for room by the estimate, and looks again where it had to wait: the tables may be others by then', async () => {
    const first = (await start('header; marker')) as RunningDump;
    expect(room.lookUp(first.backup.fileName)!.bytesInAll).to.equal(4000);
    expect(looks).to.equal(1);
    await first.completion;

    room.leave(first.backup.fileName);
    await room.enter(other, never);
    const second = start('header; marker');
    await sleep(50);
    expect(looks).to.equal(2);
    room.leave('other');
    expect(await ((await second) as RunningDump).completion).to.include({ kind: 'completed' });
    expect(looks).to.equal(3);
  });

  it('does not count the time in which it waits for room', async () => {
    await room.enter(other, never);
    const starting = start('header; marker', 1500);
    await sleep(1600);
    room.leave('other');
    expect(await ((await starting) as RunningDump).completion).to.include({ kind: 'completed' });
  });

  it('reports what was found before with a dump that fails, without the password', async () => {
    const running = (await start('exit 1')) as RunningDump;
    const { outcome } = (await running.completion) as FinishedJob;
    expect(outcome).to.deep.include({ state: 'failed' });
    expect(outcome.findings.map(({ code }) => code)).to.deep.equal(['NOT_TRANSACTIONAL']);
    expect(outcome.findings[0]!.message).not.to.contain('geheim');
  });
});
