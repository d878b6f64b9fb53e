import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { stateOf } from '../../../protocol/finding.ts';
import { backUpAndLoad } from '../../../testing/databases/backed-up.ts';
import { PASSWORD, type SourceServer } from '../../../testing/databases/source-server.ts';
import { SERVERS } from '../../../testing/databases/source-servers.ts';
import type { DatabaseSource } from '../../config/databases.ts';
import { runPreflight } from '../preflight.ts';

const [DATABASE, COPY] = ['pt_schedules', 'pt_schedules_copy'];

for (const { name, flavour, open } of SERVERS)
  describe(`the schedules of events on ${name}`, function () {
    this.timeout(60_000);
    let server: SourceServer;
    before(async function () {
      const opened = await open();
      if (!opened) return this.skip();
      server = opened;
      const routines = flavour === 'mariadb' ? 'select on mysql.proc' : 'show_routine on *.*';
      await server.sql(`create user lumbung@'%' identified by '${PASSWORD}';
        grant select, show view, trigger, event on ${DATABASE}.* to lumbung@'%'; grant ${routines} to lumbung@'%'`);
    });
    after(async () => {
      await server?.sql(`drop user if exists lumbung@'%'; drop database if exists ${DATABASE}`);
      await server?.[Symbol.asyncDispose]();
    });

    const create = (schema: string) =>
      server.sql(`drop database if exists ${DATABASE}; create database ${DATABASE}; use ${DATABASE}; ${schema}`);
    const look = async (more?: Partial<DatabaseSource>) =>
      (await runPreflight(server.source(DATABASE, more), { signal: new AbortController().signal })).findings;

    it('are a warning where an event loads only on a server that knows its time zone', async () => {
      await server.sql(`delete from mysql.time_zone_name where name = 'Asia/Jakarta';
        delete from mysql.time_zone where time_zone_id = 7777; delete from mysql.time_zone_transition_type where time_zone_id = 7777;
        insert into mysql.time_zone (time_zone_id, use_leap_seconds) values (7777, 'N');
        insert into mysql.time_zone_name (name, time_zone_id) values ('Asia/Jakarta', 7777);
        insert into mysql.time_zone_transition_type (time_zone_id, transition_type_id, \`offset\`, is_dst, abbreviation) values (7777, 0, 25200, 0, 'WIB')`);
      await create(`set time_zone = '+07:00'; create event offset_only on schedule every 1 day do select 1;
        set time_zone = 'Asia/Jakarta'; create event zoned on schedule every 1 day do select 1`);
      const findings = await look();
      expect(findings.map(({ code }) => code)).to.deep.equal(['NAMED_TIME_ZONE']);
      expect(findings[0]!.message).to.match(/: zoned \(Asia\/Jakarta\)$/);
      expect(stateOf(findings)).to.equal('complete');
      expect(await look({ dumpOptions: ['--skip-events'] })).to.deep.equal([]);
    });

    it('are a warning where the time of an event is over, and a restore would drop it', async () => {
      const [{ scheduler }] = (await server.sql('select @@global.event_scheduler as scheduler')) as [
        { scheduler: string },
      ];
      await server.sql('set global event_scheduler = OFF');
      try {
        await create(`create event once on schedule at current_timestamp + interval 1 second do select 1;
          create event last on schedule every 1 day ends current_timestamp + interval 1 second do select 1;
          create event kept on schedule at current_timestamp + interval 1 second on completion preserve do select 1;
          create event later on schedule at current_timestamp + interval 1 hour do select 1;
          set time_zone = '-11:00'; create event elsewhere on schedule at current_timestamp + interval 1 hour do select 1`);
        await sleep(2100);
        const findings = await look();
        expect(findings.map(({ code }) => code)).to.deep.equal(['EVENT_EXPIRED']);
        expect(findings[0]!.message).to.match(/: last, once; these events come back disabled[^:]*: kept$/);
      } finally {
        await server.sql(`set global event_scheduler = ${scheduler}`);
      }
    });

    describe('and their restore', () => {
      let folder: string;
      let scheduler: string;
      before(async () => {
        folder = await mkdtemp(join(tmpdir(), 'lumbung-schedules-'));
        await server.sql(`grant all on *.* to lumbung@'%'; create user 'a@b'@'%'`);
        scheduler = ((await server.sql('select @@global.event_scheduler as scheduler')) as [{ scheduler: string }])[0]
          .scheduler;
        await server.sql('set global event_scheduler = OFF');
      });
      after(async () => {
        await server?.sql(
          `set global event_scheduler = ${scheduler}; drop database if exists ${COPY}; drop user 'a@b'@'%'`,
        );
        if (folder) await rm(folder, { recursive: true });
      });
      const trip = () => backUpAndLoad(server, DATABASE, { folder, copy: COPY });
      const eventsOf = (database: string) =>
        server.sql(
          `select event_name as name, definer as definer, status as status from information_schema.events where event_schema = '${database}' order by 1`,
        );

      it('disables what is over and to be preserved, and it is told; what is disabled already is no finding', async () => {
        await create(`set timestamp = unix_timestamp('2019-12-31');
          create event at_once on schedule at '2020-01-01' on completion preserve do begin end;
          create event ends on schedule every 1 day ends '2020-01-01' on completion preserve do begin end;
          create event off on schedule at '2020-01-01' on completion preserve disable do begin end;
          set timestamp = default; create event on_and_on on schedule every 1 day starts '2020-01-01' on completion preserve do begin end`);
        const { findings, error, state } = await trip();
        expect(error).to.equal(undefined);
        const statuses = ((await eventsOf(COPY)) as { status: string }[]).map(({ status }) => status);
        expect(statuses).to.deep.equal(['DISABLED', 'DISABLED', 'DISABLED', 'ENABLED']);
        expect(findings.map(({ code }) => code)).to.deep.equal(['EVENT_EXPIRED']);
        expect(findings[0]!.message).to.match(/^these events come back disabled[^:]*: at_once, ends$/);
        expect(state).to.equal('complete');
        for (const event of ['at_once', 'ends'])
          await server.sql(`use ${DATABASE}; alter event ${event} on completion preserve disable`);
        expect((await trip()).findings).to.deep.equal([]);
        expect(await eventsOf(COPY)).to.deep.equal(await eventsOf(DATABASE));
      });

      it('refuses an event of MariaDB whose definer has an @ in its name, and it is told', async () => {
        await create("create definer = 'a@b'@'%' event e on schedule every 1 day do begin end");
        const { findings, error } = await trip();
        if (flavour === 'mysql') expect([findings, error]).to.deep.equal([[], undefined]);
        else {
          expect(error).to.contain('Malformed hostname');
          expect(findings.map(({ code, message }) => `${code} ${/[^:]*$/.exec(message)![0].trim()}`)).to.deep.equal([
            'WILL_NOT_LOAD e',
          ]);
          await server.sql(`use ${DATABASE}; ALTER DEFINER = CURRENT_USER EVENT e ENABLE`);
          const after = await trip();
          expect([after.findings, after.error]).to.deep.equal([[], undefined]);
        }
        expect(await eventsOf(COPY)).to.deep.equal(await eventsOf(DATABASE));
      });
    });
  });
