import { writeFileSync } from 'node:fs';
import { cp, mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as slow } from 'node:timers/promises';
import { expect } from 'chai';
import { addToRoster } from '../testing/freshness/watched-history.ts';
import { makeMemoryFolder } from '../testing/machine/memory-folder.ts';
import { followClock } from '../testing/machine/set-clock.ts';
import { startReceiver } from '../testing/notifications/receiver.ts';
import { keepNight } from '../testing/service/removing.ts';
import { graphql } from '../testing/service/requests.ts';
import { describeOnEachStore } from '../testing/service/running-app.ts';
import { refusedHere, startServiceHere } from '../testing/service/service-here.ts';
import { until } from '../testing/until.ts';
import { Backup } from './entities/backup.entity.ts';
import { JobRecord } from './entities/job-record.entity.ts';
import { openHistory } from './history/orm.ts';
import { forgetBackup } from './removal/forget.ts';
import { folderStorage } from './storage/folder/folder-storage.ts';

const HOUR_MS = 3_600_000;

describeOnEachStore('a second service that is started by mistake', store => {
  let folder: string;
  let env: { DATABASE_URL: string; STORAGE_DIR: string; LUMBUNG_CONFIG: string };
  beforeEach(async () => {
    folder = await makeMemoryFolder('lumbung-two-');
    env = {
      ...{ DATABASE_URL: await store.url(folder), STORAGE_DIR: join(folder, 'backups') },
      LUMBUNG_CONFIG: join(folder, 'lumbung.json'),
    };
    await writeFile(env.LUMBUNG_CONFIG, '{}');
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('on the same storage is refused before it touches a history, that of the first one or another', async () => {
    await using _first = await startServiceHere(env);
    expect((await refusedHere(env, 'rebuild')).message).to.contain('another Lumbung uses');
    const other = join(folder, 'other.sqlite');
    const { message } = await refusedHere({ ...env, DATABASE_URL: `sqlite:${other}` });
    expect(message).to.contain('another Lumbung uses');
    expect(await stat(other).catch(error => error.code), 'no table was made').to.equal('ENOENT');
  });

  it('on the same history with another storage is refused, and with an empty one', async () => {
    await using _first = await startServiceHere(env);
    const elsewhere = join(folder, 'elsewhere');
    const { message } = await refusedHere({ ...env, STORAGE_DIR: elsewhere });
    expect(message).to.contain('does not contain the storage of this history');
    await mkdir(join(folder, 'new'));
    const fresh = { DATABASE_URL: await store.url(join(folder, 'new')), STORAGE_DIR: elsewhere };
    await (await startServiceHere(fresh)).stop();
    const other = await refusedHere({ ...env, STORAGE_DIR: elsewhere });
    expect(other.message).to.contain('but the history belongs to');
  });

  it('on the same history with a copy of the storage tells each thing once, and removes each backup once', async () => {
    await using receiver = await startReceiver();
    // So that the other one looks while one is sending.
    receiver.reply = () => slow(500, {});
    await writeFile(
      env.LUMBUNG_CONFIG,
      JSON.stringify({ channels: { chat: { type: 'slack', url: `${receiver.url}/x` } }, defaults: { every: '24h' } }),
    );
    const first = await startServiceHere(env);
    const ids: number[] = [];
    for (const night of [1, 2, 3, 4, 5]) ids.push((await keepNight(first, night)).id);
    await first.stop();
    const copy = join(folder, 'copy');
    await cp(env.STORAGE_DIR, copy, { recursive: true });
    const history = await openHistory(env.DATABASE_URL);
    try {
      const now = new Date();
      await addToRoster(history, ['acme_never'], { at: new Date(now.getTime() - 72 * HOUR_MS) });
      const forgetting = { em: history.em.fork(), storage: folderStorage({ folder: env.STORAGE_DIR }), now };
      const wanted = { reason: 'x', by: 'siti', graceMs: 0, evenLast: false };
      for (const id of ids.slice(0, 2)) await forgetBackup(forgetting, id, wanted);
      const seen = { plan: '', nextAt: null, lastStartedAt: null, lastEndedAt: now, lastError: null, taken: '[]' };
      await history.em.fork().upsert(JobRecord, { name: 'removal: time seen', ...seen });
      const clock = join(folder, 'clock');
      writeFileSync(clock, String(now.getTime()));
      using _clock = followClock(clock, { isSteadyToo: true });
      await using one = await startServiceHere(env);
      await using other = await startServiceHere({ ...env, STORAGE_DIR: copy });
      for (const minutes of [7, 9, 11, 75]) {
        writeFileSync(clock, String(now.getTime() + minutes * 60_000));
        await until('the clock', () => Date.now() >= now.getTime() + minutes * 60_000);
        await until('both have evaluated', async () => {
          for (const { url } of [one, other]) {
            const { jobs } = ((await (await fetch(`${url}/-/status`)).json()) as { data: { jobs: JobShown[] } }).data;
            const { last_ended_at: ended } = jobs.find(({ name }) => name === 'evaluation')!;
            if (!ended || Date.parse(ended) < now.getTime() + minutes * 60_000) return false;
          }
          return true;
        });
        // An hour that passes in a moment would end what is being sent, and the claim on it: as if the sender had died.
        for (const { url } of [one, other]) await settled(url);
      }
      await until(
        'the removal',
        async () => (await history.em.fork().count(Backup, { removedAt: { $ne: null } })) === 2,
      );
      await until(
        'all is removed',
        async () => (await history.em.fork().count(Backup, { removalDue: { $ne: null } })) === 0,
      );
      const told = () => receiver.received.filter(({ body }) => body.includes('has never had a complete backup'));
      await until('it is told', () => told().length > 0);
      for (const { url } of [one, other]) await settled(url);
      expect(told(), JSON.stringify(receiver.received)).to.have.length(1);
      const trail = await graphql(one.url, '{ auditEntries(first: 100) { nodes { action backupId } } }');
      const removals = trail.json.data.auditEntries.nodes.filter(
        ({ action }: { action: string }) => action === 'remove',
      );
      expect(removals).to.have.length(2);
      for (const { output } of [one, other]) expect(output()).to.not.match(/"level":"(error|fatal)"/);
    } finally {
      await history.close(true);
    }
  });
});

/** Waits until no message of the service waits. */
function settled(url: string): Promise<void> {
  return until('the outbox is empty', async () => {
    const { channels } = (
      (await (await fetch(`${url}/-/status`)).json()) as { data: { channels: Array<{ waiting: number }> } }
    ).data;
    return channels.every(({ waiting }) => waiting === 0);
  });
}

interface JobShown {
  readonly name: string;
  readonly last_ended_at: string | null;
}
