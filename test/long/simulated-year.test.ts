import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { pino } from 'pino';
import { evaluateAlarms } from '../../server/alarms/evaluate-alarms.ts';
import { configurationOf } from '../../server/configuration/reading/configuration-of.ts';
import { sendDigests } from '../../server/digest/digest-job.ts';
import { Alarm } from '../../server/entities/alarms/alarm.entity.ts';
import { evaluateFreshness } from '../../server/freshness/evaluate-freshness.ts';
import { type Orm, openHistory } from '../../server/history/orm.ts';
import type { Notification } from '../../server/notifications/notification.ts';
import { HISTORY_STORES } from '../../testing/history/history-stores.ts';
import { makeMemoryFolder } from '../../testing/machine/memory-folder.ts';
import { FleetHistory, makeFleet, type Night, type Source } from '../../testing/year/fleet.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const START = Date.parse('2027-01-01T00:00:00Z');

const configuration = configurationOf({
  channels: { mail: { type: 'slack', url: 'https://chat.example.com/hook' } },
  digest: { at: '07:00' },
});
const log = pino({ level: 'silent' });

/** What goes wrong, the row of it among the failures of other tools, and what a message about it must contain. */
interface Incident {
  readonly row: string;
  readonly from: string;
  readonly to: string;
  readonly expected: RegExp;
  readonly source?: number;
  readonly night?: Night;
  /** Only in each second night. */
  readonly isEverySecond?: true;
  readonly free?: number;
  readonly sql?: readonly [begin: string, end: string];
  /** After the first message someone acknowledges it. */
  readonly isAcknowledged?: true;
}

const unreachable = { where: '10.0.0.7:3306', why: 'refuses connections' };
const failing = (...names: string[]): Night => ({
  fails: new Map(names.map(name => [name, { why: 'mysqldump: Table client is marked as crashed' }])),
});
const letters = 'abcdefghijkl'.split('');

const INCIDENTS: readonly Incident[] = [
  {
    row: '2',
    from: '01-12',
    to: '01-14',
    expected: /db3 has not reported its run/,
    source: 3,
    night: { isSilent: true },
  },
  {
    row: '2',
    from: '02-09',
    to: '02-10',
    expected: /client_5c is no longer on any list/,
    source: 5,
    night: { without: ['client_5c'] },
  },
  {
    row: '24',
    from: '03-03',
    to: '03-05',
    expected: /client_6b was not backed up/,
    source: 6,
    night: failing('client_6b'),
  },
  {
    ...{
      row: '24',
      from: '04-06',
      to: '04-07',
      source: 7,
      expected: /12 databases were not backed up .db7.: 10\.0\.0\.7/,
    },
    night: { fails: new Map(letters.map(letter => [`client_7${letter}`, unreachable])) },
  },
  { row: '9', from: '05-10', to: '05-12', expected: /storage of the service has 0\.2 GiB free/, free: 0.02 },
  {
    ...{ row: '17', from: '06-15', to: '06-16', source: 2, expected: /run of db2 backed up no database: another run/ },
    night: { problem: 'another run has the lock of the work folder' },
  },
  {
    ...{ row: '25', from: '07-05', to: '07-19', source: 1, expected: /Comes and goes: client_1a/ },
    ...{ night: failing('client_1a'), isEverySecond: true },
  },
  {
    ...{ row: '1', from: '08-08', to: '08-10', expected: /client_0a is damaged/, isAcknowledged: true },
    sql: [
      "update backups set damage = 'the file is gone' where file_name = 'year-0'",
      'update backups set damage = null',
    ],
  },
  {
    ...{ row: '3', from: '09-14', to: '09-17', expected: /client_8d has lost tables or rows/, isAcknowledged: true },
    sql: [
      "update backups set shrunk_from = 'year-1' where id = (select max(b.id) from backups b join databases d on d.id = b.database_id where d.name = 'client_8d')",
      'update backups set shrunk_from = null',
    ],
  },
  {
    ...{ row: '4', from: '10-11', to: '10-13', expected: /retention removes nothing/ },
    sql: [
      "insert into retention_plans (id, made_at, state, held_for, backup_count, bytes, document) values (1, 1823000000000, 'held', '[]', 0, 0, '{}')",
      "update retention_plans set state = 'applied'",
    ],
  },
  {
    row: '23',
    from: '11-02',
    to: '11-03',
    expected: /clock of db9 is 61 min ahead/,
    source: 9,
    night: { clockAheadSeconds: 3_660 },
  },
  {
    ...{
      row: '4',
      from: '12-01',
      to: '12-05',
      source: 8,
      expected: /client_8a has missed two backups/,
      isAcknowledged: true,
    },
    night: failing('client_8a', 'client_8b'),
  },
];

describe('a simulated year of 120 databases', function () {
  this.timeout(600_000);
  let folder: string;
  let history: Orm;
  let messages: Array<Notification & { readonly day: string }>;

  before(async () => {
    folder = await makeMemoryFolder('lumbung-year-');
    history = await openHistory(await HISTORY_STORES[0]!.url(folder));
    await live();
    const rows: Array<{ made_at: number; notification: string }> = await history.em
      .fork()
      .execute('select made_at, notification from outbox order by id');
    messages = rows.map(row => ({
      day: new Date(row.made_at).toISOString().slice(5, 16),
      ...JSON.parse(row.notification),
    }));
  });
  after(async () => {
    await history.close(true);
    await rm(folder, { recursive: true });
  });

  async function live(): Promise<void> {
    const fleet = makeFleet(10, 12);
    const written = new FleetHistory(history);
    for (const source of fleet) await written.enroll(source, new Date(START));
    for (let day = 0; day < 365; day++) {
      const midnight = START + day * DAY;
      const date = new Date(midnight).toISOString().slice(5, 10);
      const going = INCIDENTS.filter(({ from, to }) => from <= date && date <= to);
      for (const { from, sql } of going) if (sql && from === date) await history.em.fork().execute(sql[0]);
      for (const { to, sql } of INCIDENTS) if (sql && to === date) await history.em.fork().execute(sql[1]);
      const calm = !INCIDENTS.some(({ from, to }) => from <= date && date <= shift(to, 1));
      await runNight(fleet, written, midnight, going);
      const hours = calm ? [7] : [3.3, 3.36, 7, 7.1, 13, 19];
      for (const hour of hours) await evaluate(midnight + hour * HOUR, going);
      await acknowledge(going, midnight + 8 * HOUR);
    }
  }

  async function runNight(
    fleet: readonly Source[],
    written: FleetHistory,
    midnight: number,
    going: readonly Incident[],
  ) {
    const starts = fleet.map(source => ({ source, at: source.cron.nextRun(new Date(midnight - 1))!.getTime() }));
    const batches = [...Map.groupBy(starts, ({ at }) => at)].sort(([a], [b]) => a - b);
    for (const [at, some] of batches) {
      const receivedAt = at + 15 * MINUTE;
      for (const { source } of some) {
        const night = nightOf(fleet.indexOf(source), midnight, going);
        if (!night.isSilent) await written.run(source, new Date(receivedAt), night);
      }
      // Nothing happens in a calm night between the runs of two zones.
      if (going.length === 0 && at !== batches.at(-1)![0]) continue;
      for (const minutes of going.length > 0 ? [1, 4] : [1]) await evaluate(receivedAt + minutes * MINUTE, going);
    }
  }

  function nightOf(index: number, midnight: number, going: readonly Incident[]): Night {
    const day = Math.floor(midnight / DAY);
    const found = going.find(({ source, to, isEverySecond }) => {
      const isLast = to === new Date(midnight).toISOString().slice(5, 10);
      return source === index && !isLast && (!isEverySecond || day % 2 === 0);
    });
    return found?.night ?? {};
  }

  async function evaluate(at: number, going: readonly Incident[]): Promise<void> {
    const now = new Date(at);
    const em = history.em.fork();
    const date = now.toISOString().slice(5, 10);
    const full = going.find(({ free, to }) => free !== undefined && to !== date);
    const space = async () => ({ free: (full?.free ?? 0.6) * 10 * 1024 ** 3, total: 10 * 1024 ** 3 });
    await evaluateFreshness({ em, configuration, now, storage: { getText: async () => undefined } as never });
    await evaluateAlarms({ em, configuration, now, log, space, bytesPerDay: async () => 0 });
    await sendDigests({ em, configuration, now, space });
  }

  async function acknowledge(going: readonly Incident[], at: number): Promise<void> {
    if (!going.some(({ isAcknowledged }) => isAcknowledged)) return;
    const seen = { acknowledgedAt: new Date(at), acknowledgedBy: 'ani', acknowledgedFor: 'on it' };
    await history.em.fork().nativeUpdate(Alarm, { closedAt: null, acknowledgedAt: null }, seen);
  }

  const told = () => messages.filter(({ kind }) => kind === 'alarms');

  it('has fewer than 40 messages for 12 incidents, and misses none', () => {
    const list = told().map(({ day, title }) => `${day}  ${title}`);
    if (process.env.SHOW_MESSAGES) process.stdout.write(`${list.join('\n')}\n`);
    expect(told().length, list.join('\n')).to.be.lessThan(40);
    for (const { from, to, expected } of INCIDENTS) {
      const during = told().filter(({ day }) => day >= from && day <= shift(to, 1));
      const texts = during.flatMap(({ title, lines }) => [title, ...lines]).join('\n');
      expect(texts, `${from}: ${list.join('\n')}`).to.match(expected);
    }
  });

  it('tells that a run is missing within the hour after its grace has passed', () => {
    const late = Date.parse('2027-01-12T03:15:00Z');
    const [first] = told();
    expect(Date.parse(first!.at)).to.be.within(late, late + HOUR);
  });

  it('tells nothing outside the incidents, not in the nights of summer time either', () => {
    const quiet = told().filter(({ day }) => !INCIDENTS.some(({ from, to }) => day >= from && day <= shift(to, 5)));
    expect(quiet.map(({ day, title }) => `${day} ${title}`)).to.deep.equal([]);
  });

  it('has the messages that docs/alerts.md lists', () => {
    const page = readFileSync(join(import.meta.dirname, '../../docs/alerts.md'), 'utf8');
    expect(page).to.include(
      told()
        .map(({ day, title }) => `${day}  ${title}`)
        .join('\n'),
    );
  });

  it('closes each alarm, and has one digest a day', async () => {
    expect(await history.em.fork().execute('select summary from alarms where closed_at is null')).to.deep.equal([]);
    const digests = messages.filter(({ kind }) => kind === 'digest');
    expect(new Set(digests.map(({ day }) => day.slice(0, 5))).size).to.equal(365);
    expect(digests).to.have.length(365);
    expect(digests.at(-1)!.title).to.equal('All 120 databases have their complete backup');
  });
});

/** @returns a day of the year, so many days later */
function shift(day: string, days: number): string {
  return new Date(Date.parse(`2027-${day}T00:00:00Z`) + days * DAY).toISOString().slice(5, 10);
}
