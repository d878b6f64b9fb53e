import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { emptyInventory } from '../../protocol/manifest.ts';
import { type MariaDb, sharedMariaDb } from '../../testing/databases/mariadb.ts';
import { sampleManifest } from '../../testing/zips/sample-manifest.ts';
import { sampleZip } from '../../testing/zips/sample-zip.ts';
import type { DatabaseSource } from '../config/databases.ts';
import { Rehearsals } from '../rehearsal/rehearsals.ts';
import { Spool } from '../spool/spool.ts';
import { DiskRoom } from './disk-room.ts';
import type { ZippedBackup } from './jobs.ts';
import { rehearseZip } from './rehearse-stage.ts';
import { TimeBudget } from './time-budget.ts';

const never = new AbortController().signal;

describe('the stage of rehearsals, with a rehearsal that never ends', () => {
  let mariadb: MariaDb;
  let folder: string;
  let spool: Spool;
  let rehearsals: Rehearsals;
  let room: DiskRoom;
  let free: number;

  before(async () => {
    mariadb = await sharedMariaDb();
    await mariadb.sql('create database if not exists stuck');
  });
  after(() => mariadb.sql('drop database stuck'));
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lumbung-rehearse-'));
    spool = await Spool.open(folder);
    free = 1000;
    room = new DiskRoom(folder, async () => free);
    // Its server programs are never found.
    rehearsals = new Rehearsals({ folder, programs: new Promise(() => {}), signal: never, isRequired: false });
  });
  afterEach(async () => {
    await rehearsals[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  const zipped = async (fileName: string): Promise<ZippedBackup> => {
    const { user, password, host, port } = mariadb;
    const source: DatabaseSource = {
      ...{ label: 'stuck', database: 'stuck', host, port, user, password },
      ...{ dumpOptions: [], shrinkLimitPercent: 0 },
    };
    const report = {
      server: { flavour: 'mariadb' as const, version: '10.11.19' },
      ...{ objects: emptyInventory(), estimatedBytes: 1, isEncrypted: false, findings: [], fallbackOptions: [] },
    };
    const path = join(folder, `${fileName}.definitions.part`);
    await writeFile(path, '');
    const budget = new TimeBudget(60_000);
    return {
      kind: 'zipped',
      backup: { database: 'stuck', fileName, isLeftover: false, startedAt: new Date(), budget, findings: [] },
      ...{ path: join(folder, fileName), zipBytes: 1, manifest: sampleManifest(sampleZip({ database: 'stuck' })) },
      rehearsal: { source, upcoming: rehearsals.begin(source, report as never), path },
    };
  };
  const rehearse = async (fileName: string) => {
    const { manifest } = await rehearseZip(await zipped(fileName), { rehearsals, spool, room, graceMs: 50 }, never);
    return manifest?.rehearsal?.reason;
  };

  it('lets all zips go, the one that waits and the one at work, when a dump waits for their room', async () => {
    await room.enter({ fileName: 'a', files: [], dumpBytes: 500 }, never);
    const reasons = Promise.all([rehearse('a'), rehearse('b')]);
    free = 0;
    const waiting = room.enter({ fileName: 'c', files: [], dumpBytes: 500 }, never);
    expect(await reasons).to.deep.equal(Array(2).fill('another dump waited for room in the work folder'));
    room.leave('a');
    expect(await waiting).to.equal(true);
    expect((await readdir(folder)).filter(name => name.endsWith('.definitions.part'))).to.deep.equal([]);
    expect(await readFile(spool.manifestPathOf('a'), 'utf8')).to.contain('another dump waited for room');
  });
});
