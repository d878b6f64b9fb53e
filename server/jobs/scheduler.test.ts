import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { pino } from 'pino';
import { HISTORY_STORES } from '../../testing/history/history-stores.ts';
import { type Orm, openHistory } from '../history/orm.ts';
import type { Job, Turn } from './job.ts';
import { Scheduler } from './scheduler.ts';

const HOUR = 3_600_000;

for (const store of HISTORY_STORES)
  describe(`the scheduler (${store.name})`, () => {
    let folder: string;
    let history: Orm;
    let now: Date;
    let passedMs: number;
    let log: string[];
    let schedulers: Scheduler[];
    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'lumbung-jobs-'));
      history = await openHistory(await store.url(folder));
      now = new Date('2026-11-29T06:00:00.000Z');
      passedMs = 0;
      log = [];
      schedulers = [];
    });
    afterEach(async () => {
      for (const scheduler of schedulers) await scheduler.stop();
      await history.close(true);
      await rm(folder, { recursive: true });
    });

    /** A start of the service. */
    function begin(...jobs: Job[]): Scheduler {
      const clock = { now: () => now, monotonicMs: () => passedMs };
      const scheduler = new Scheduler({ history, log: pino({}, { write: line => void log.push(line) }), clock, jobs });
      schedulers.push(scheduler);
      return scheduler;
    }

    async function lookAt(scheduler: Scheduler, time: string): Promise<void> {
      now = new Date(time);
      await scheduler.look();
      await scheduler.idle();
    }

    /** A job that notes when it runs, or does something else. */
    function job(every: Job['every'], run: (turn: Turn) => Promise<void> = async () => {}, name = 'digest') {
      const turns: string[] = [];
      const noted: Job = {
        name,
        every,
        async run(turn) {
          turns.push(turn.now.toISOString());
          await run(turn);
        },
      };
      return { ...noted, turns };
    }

    const DAILY = { cron: '0 7 * * *', timezone: 'UTC' };

    it('runs a daily job once a day over restarts, and once for all days on which the service was down', async () => {
      const digest = job(DAILY);
      await lookAt(begin(digest), '2026-11-29T06:59:59.999Z');
      expect(digest.turns).to.deep.equal([]);
      await lookAt(begin(digest), '2026-11-29T07:00:00.000Z');
      await lookAt(begin(digest), '2026-11-29T07:00:01.000Z');
      const scheduler = begin(digest);
      await lookAt(scheduler, '2026-11-29T08:00:00.000Z');
      expect(digest.turns).to.deep.equal(['2026-11-29T07:00:00.000Z']);
      expect(scheduler.status()).to.deep.equal([
        {
          name: 'digest',
          isRunning: false,
          lastStartedAt: new Date('2026-11-29T07:00:00Z'),
          lastEndedAt: new Date('2026-11-29T07:00:00Z'),
          lastError: null,
          nextAt: new Date('2026-11-30T07:00:00Z'),
        },
      ]);
      await lookAt(begin(digest), '2026-12-05T09:00:00.000Z');
      await lookAt(begin(digest), '2026-12-05T09:01:00.000Z');
      expect(digest.turns.slice(1)).to.deep.equal(['2026-12-05T09:00:00.000Z']);
    });

    it('runs nothing twice when the clock is set back, and goes on with the next time', async () => {
      const digest = job(DAILY);
      const scheduler = begin(digest);
      await lookAt(scheduler, '2026-11-29T06:00:00.000Z');
      await lookAt(scheduler, '2026-11-29T07:10:00.000Z');
      await lookAt(scheduler, '2026-11-28T23:00:00.000Z');
      await lookAt(scheduler, '2026-11-29T07:00:00.000Z');
      await lookAt(begin(digest), '2026-11-29T07:30:00.000Z');
      await lookAt(begin(digest), '2026-11-30T07:30:00.000Z');
      expect(digest.turns).to.deep.equal(['2026-11-29T07:10:00.000Z', '2026-11-30T07:30:00.000Z']);
    });

    it('lets only one of two services have a turn', async () => {
      const jobs = [job(DAILY), job({ ms: HOUR })].map((one, i) => ({ ...one, name: `job ${i}` }));
      const both = [begin(...jobs), begin(...jobs)];
      await lookAt(both[0]!, '2026-11-29T06:00:00.000Z');
      await lookAt(both[1]!, '2026-11-29T06:00:00.000Z');
      for (const time of ['2026-11-29T07:00:00.000Z', '2026-11-30T07:00:00.000Z']) {
        now = new Date(time);
        await Promise.all(both.map(one => one.look()));
        await Promise.all(both.map(one => one.idle()));
      }
      expect(jobs[0]!.turns).to.deep.equal(['2026-11-29T07:00:00.000Z', '2026-11-30T07:00:00.000Z']);
      expect(jobs[1]!.turns).to.deep.equal([
        '2026-11-29T06:00:00.000Z',
        '2026-11-29T07:00:00.000Z',
        '2026-11-30T07:00:00.000Z',
      ]);
    });

    it('has no two turns of a job at once, and different jobs beside each other', async () => {
      const gate = Promise.withResolvers<void>();
      const slow = job({ ms: 1_000 }, () => gate.promise, 'slow');
      const quick = job({ ms: 1_000 }, undefined, 'quick');
      const scheduler = begin(slow, quick);
      await scheduler.look();
      now = new Date(now.getTime() + 5_000);
      await scheduler.look();
      expect(slow.turns).to.have.length(1);
      expect(quick.turns).to.have.length(2);
      expect(scheduler.status().map(({ isRunning }) => isRunning)).to.deep.equal([true, false]);
      const asked = [scheduler.runNow('slow'), scheduler.runNow('slow'), scheduler.runNow('slow')];
      gate.resolve();
      await Promise.all(asked);
      expect(slow.turns, 'three requests are one more turn').to.have.length(2);
    });

    it('shows a job that failed, logs why, and runs it again at its time', async () => {
      let fails = true;
      const digest = job(DAILY, async () => {
        if (fails) throw new Error("ENOENT: '/srv/secret'");
      });
      const scheduler = begin(digest);
      await scheduler.look();
      await lookAt(scheduler, '2026-11-29T07:00:00.000Z');
      const [state] = scheduler.status();
      expect(state).to.deep.include({ nextAt: new Date('2026-11-30T07:00:00Z'), lastEndedAt: now });
      expect(state!.lastError).to.contain('the log of the service').and.not.contain('secret');
      expect(log.join('')).to.contain('The job digest failed').and.contain('/srv/secret');
      await lookAt(begin(digest), '2026-11-29T07:05:00.000Z');
      fails = false;
      const next = begin(digest);
      await lookAt(next, '2026-11-30T07:00:00.000Z');
      expect(digest.turns).to.have.length(2);
      expect(next.status()[0]!.lastError).to.equal(null);
    });

    it('shows no next time in the past: after a start, while a turn goes on, and after one that was cut off', async () => {
      const gate = Promise.withResolvers<void>();
      const rests = (every: Job['every'], name: string) => ({ ...job(every, undefined, name), restMs: 300_000 });
      const slow = job({ ms: HOUR }, () => gate.promise, 'slow');
      const jobs = [rests({ ms: HOUR }, 'hourly'), rests(DAILY, 'daily'), slow];
      await begin(...jobs).look();
      const times = (scheduler: Scheduler) =>
        Object.fromEntries(scheduler.status().map(({ name, nextAt }) => [name, nextAt?.toISOString()]));

      now = new Date('2026-11-29T07:05:00.000Z');
      passedMs = 1_000;
      const scheduler = begin(...jobs);
      passedMs = 61_000;
      await scheduler.look();
      // The turn of `slow` has not ended: to the next start it looks cut off, and that is over its pause by now.
      const rested = '2026-11-29T07:09:00.000Z';
      expect(times(scheduler)).to.deep.equal({ hourly: rested, daily: rested, slow: '2026-11-29T08:05:00.000Z' });
      now = new Date('2026-11-29T08:06:00.000Z');
      expect(times(scheduler).slow, 'it is due, and runs').to.equal(now.toISOString());
      const cut = begin(...jobs);
      now = new Date('2026-11-29T08:06:10.000Z');
      passedMs += 10_000;
      await cut.look();
      expect(times(cut).slow, 'it waits for a minute, and not for its next hour').to.equal('2026-11-29T08:07:00.000Z');
      gate.resolve();
    });

    it('ends a job when it stops, and the next start runs that turn again, after a pause', async () => {
      const begun = Promise.withResolvers<void>();
      const digest = job(DAILY, async ({ signal }) => {
        begun.resolve();
        if (digest.turns.length === 1)
          await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
      });
      const first = begin(digest);
      await first.look();
      now = new Date('2026-11-29T07:00:00.000Z');
      await first.look();
      await begun.promise;
      await first.stop();
      expect(log).to.deep.equal([]);
      await first.look();
      await first.runNow('digest');
      const second = begin(digest);
      await lookAt(second, '2026-11-29T07:00:30.000Z');
      expect(digest.turns, 'it may be what killed the process').to.have.length(1);
      passedMs = 60_000;
      await lookAt(second, '2026-11-29T07:01:30.000Z');
      await lookAt(begin(digest), '2026-11-29T07:05:00.000Z');
      expect(digest.turns).to.deep.equal(['2026-11-29T07:00:00.000Z', '2026-11-29T07:01:30.000Z']);
    });

    it('tries again when the history could not be asked, with one line in the log', async () => {
      const digest = job(DAILY);
      const scheduler = begin(digest);
      const { em } = history;
      Object.defineProperty(history, 'em', {
        configurable: true,
        get: () => {
          throw new Error('the history is away');
        },
      });
      await scheduler.look();
      await scheduler.look();
      Object.defineProperty(history, 'em', { configurable: true, writable: true, value: em });
      expect(log).to.have.length(1);
      await scheduler.look();
      await lookAt(scheduler, '2026-11-29T07:00:00.000Z');
      expect(digest.turns).to.have.length(1);
    });
  });
