import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { stateOf } from '../../../protocol/finding.ts';
import { dump } from '../../../testing/databases/dump-database.ts';
import { type MariaDb, startMariaDb } from '../../../testing/databases/mariadb.ts';
import { findMysqldump } from '../../client-programs/mysqldump-client.ts';
import type { DatabaseSource } from '../../config/databases.ts';
import { runPreflight } from '../preflight.ts';

describe('events of a server with event_scheduler=DISABLED', () => {
  let mariadb: MariaDb;
  let folder: string;
  const { signal } = new AbortController();

  before(async function () {
    this.timeout(60_000);
    folder = await mkdtemp(join(tmpdir(), 'lumbung-disabled-'));
    mariadb = await startMariaDb(['--event-scheduler=DISABLED']);
    await mariadb.sql(`create database eventless; create table eventless.t (id int primary key); create database eventful;
      create user lumbung@'127.0.0.1' identified by 'secret#1'; grant select on mysql.proc to lumbung@'127.0.0.1'`);
    for (const database of ['eventless', 'eventful'])
      await mariadb.sql(`grant select, show view, trigger, event on ${database}.* to lumbung@'127.0.0.1'`);
    // As they stand there when they were made before the scheduler was disabled; no statement makes one now.
    await mariadb.sql(`insert into mysql.event (db, name, body, definer, interval_value, interval_field, created, modified, sql_mode, comment,
        time_zone, character_set_client, collation_connection, db_collation, body_utf8, originator)
      values ('eventful', 'nightly', 'select 1', 'root@localhost', 1, 'DAY', now(), now(), '', '', 'SYSTEM', 'utf8mb4',
        'utf8mb4_general_ci', 'latin1_swedish_ci', 'select 1', 1)`);
  });
  after(async () => {
    await mariadb.stop();
    await rm(folder, { recursive: true });
  });

  const source = (database: string): DatabaseSource => ({
    ...{ label: database, database, host: '127.0.0.1', port: mariadb.port, user: 'lumbung', password: 'secret#1' },
    ...{ dumpOptions: [], shrinkLimitPercent: 50 },
  });
  const readSystemTable = (verb: 'grant' | 'revoke') =>
    mariadb.sql(`${verb} select on mysql.event ${verb === 'grant' ? 'to' : 'from'} lumbung@'127.0.0.1'`);

  it('are named as left out, and the dump gets through', async () => {
    await readSystemTable('grant');
    const report = await runPreflight(source('eventful'), { signal });
    expect(report.findings).to.have.length(1);
    expect(report.findings[0]).to.include({ code: 'EVENTS_NOT_DUMPED' });
    expect(report.findings[0]!.message).to.contain('event_scheduler=DISABLED').and.contain('left out: nightly');
    expect(report.findings[0]!.advice).to.contain('event_scheduler=OFF');
    const path = join(folder, 'dump.sql');
    const client = await findMysqldump('mysqldump');
    await dump(source('eventful'), path, { client, signal, fallbackOptions: report.fallbackOptions });
    expect(await readFile(path, 'utf8')).to.match(/^-- Dump completed/m);
  });

  it('are not reported where the system table shows no events', async () => {
    await readSystemTable('grant');
    expect((await runPreflight(source('eventless'), { signal })).findings).to.deep.equal([]);
  });

  it('make a backup incomplete where no one can see whether there are any, with the right that helps', async () => {
    await readSystemTable('revoke');
    const { findings } = await runPreflight(source('eventless'), { signal });
    expect(stateOf(findings)).to.equal('incomplete');
    expect(findings[0]!.message).to.contain("sade can't see whether this database has events");
    expect(findings[0]!.advice).to.contain('SELECT on mysql.event');
  });

  it('are no finding where they are left out on purpose', async () => {
    const { findings } = await runPreflight({ ...source('eventful'), dumpOptions: ['--skip-events'] }, { signal });
    expect(findings).to.deep.equal([]);
  });
});
