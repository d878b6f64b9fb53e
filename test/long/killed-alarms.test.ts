import { renameSync, writeFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { type Orm, openHistory } from '../../server/history/orm.ts';
import { addToRoster } from '../../testing/freshness/watched-history.ts';
import { makeMemoryFolder } from '../../testing/machine/memory-folder.ts';
import { type ReceivedRequest, type Receiver, startReceiver } from '../../testing/notifications/receiver.ts';
import { describeOnEachStore } from '../../testing/service/running-app.ts';
import { startService } from '../../testing/service/service.ts';

/** In each the service is killed five times while it opens alarms and sends messages. */
const ROUNDS = Number(process.env.TEST_ROUNDS ?? 6);
const KILLS = 5;
/** Databases that are new on a list before each start, and have no backup. */
const NEW = 3;

const CLOCK = pathToFileURL(join(import.meta.dirname, '../../testing/machine/set-clock.ts')).href;
const MINUTE_MS = 60_000;
const SECRET = 'whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz';

describeOnEachStore(`the alarms of a service that is killed (SIGKILL) ${ROUNDS * KILLS} times`, store => {
  let folder: string;
  let env: Record<string, string>;
  let history: Orm;
  let receiver: Receiver;
  let now: number;
  beforeEach(async () => {
    folder = await makeMemoryFolder('lumbung-alarms-');
    receiver = await startReceiver();
    // So that a kill comes between the two channels, and in the middle of an answer.
    receiver.reply = async () => {
      await sleep(Math.random() * 60);
      return {};
    };
    env = {
      ...{ DATABASE_URL: await store.url(folder), STORAGE_DIR: join(folder, 'backups') },
      ...{ LUMBUNG_CONFIG: join(folder, 'lumbung.json'), NODE_OPTIONS: `--import=${CLOCK}` },
      ...{ TEST_CLOCK_FILE: join(folder, 'clock'), TEST_CLOCK_STEADY: 'on' },
    };
    const hook = (path: string) => ({ type: 'webhook', url: `${receiver.url}/${path}`, secret: SECRET });
    const configuration = { channels: { a: hook('a'), b: hook('b') }, defaults: { every: '24h', grace: '2h' } };
    await writeFile(env.LUMBUNG_CONFIG!, JSON.stringify(configuration));
    history = await openHistory(env.DATABASE_URL!);
    set(Date.parse('2026-12-01T12:00:00Z'));
  });
  afterEach(async () => {
    await history.close(true);
    await receiver[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  function set(ms: number): void {
    now = ms;
    writeFileSync(`${env.TEST_CLOCK_FILE}.new`, String(ms));
    renameSync(`${env.TEST_CLOCK_FILE}.new`, env.TEST_CLOCK_FILE!);
  }

  async function addDatabases(start: number): Promise<void> {
    for (let i = 0; i < NEW; i++) {
      const name = `db_${start}${i}`;
      await addToRoster(history, [name], { at: new Date(now - 72 * 60 * MINUTE_MS), source: `host_${name}` });
    }
  }

  async function killOnce(start: number): Promise<void> {
    await addDatabases(start);
    await using service = await startService(env);
    for (let step = 0; step < 3; step++) {
      set(now + 2 * MINUTE_MS);
      await sleep(Math.random() * 300);
      if (Math.random() < 0.4) break;
    }
    await service.kill();
  }

  /** @returns how many messages with ids of their own report that each of these databases has no backup */
  function toldOn(path: string): Map<string, number> {
    const own = receiver.received.filter(request => request.path === path);
    const byId = new Map(own.map(request => [String(request.headers['webhook-id']), request]));
    const names = [...byId.values()].flatMap(neverIn);
    return new Map([...Map.groupBy(names, name => name)].map(([name, all]) => [name, all.length]));
  }

  for (let round = 1; round <= ROUNDS; round++)
    it(`come at least once on each channel, and again only under the same id (round ${round})`, async () => {
      for (let start = 0; start < KILLS; start++) await killOnce(start);
      await using service = await startService(env);
      // The claim of a delivery that was killed ends, and so does the pause after many messages.
      for (let step = 0; step < 20; step++) {
        set(now + 10 * MINUTE_MS);
        await sleep(300);
      }
      expect(await service.stop()).to.equal(0);
      expect(service.output()).to.not.match(/"level":"(error|fatal)"/);
      const names = Array.from({ length: KILLS }, (_, start) => [0, 1, 2].map(i => `db_${start}${i}`)).flat();
      for (const path of ['/a', '/b'])
        expect(Object.fromEntries(toldOn(path)), path).to.deep.equal(Object.fromEntries(names.map(name => [name, 1])));
    });
});

/** @returns the databases that a message reports as never backed up */
function neverIn({ body }: ReceivedRequest): string[] {
  const message = JSON.parse(body) as { data?: { alarms: Told[] }; alarms?: Told[] };
  const alarms = message.data?.alarms ?? message.alarms ?? [];
  return alarms.flatMap(({ summary }) => /^(db_\d+) is on a list, but has never had/.exec(summary)?.[1] ?? []);
}

interface Told {
  readonly summary: string;
}
