import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { stateOf } from '../../protocol/finding.ts';
import type { DatabaseSource } from '../config.ts';
import { preflight } from './preflight.ts';
import { PASSWORD, SERVERS, type SourceServer } from './testing/source-server.ts';

const DATABASE = 'pt_schedules';

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
      (await preflight(server.source(DATABASE, more), { signal: new AbortController().signal })).findings;

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
        expect(findings.map(({ code }) => code)).to.deep.equal(['EVENT_OVER']);
        expect(findings[0]!.message).to.match(/: last, once$/);
      } finally {
        await server.sql(`set global event_scheduler = ${scheduler}`);
      }
    });
  });
