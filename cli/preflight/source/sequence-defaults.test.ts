import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { backUpAndLoad } from '../../../testing/databases/backed-up.ts';
import { dump } from '../../../testing/databases/dump-database.ts';
import { load } from '../../../testing/databases/round-trip.ts';
import { MARIADB, PASSWORD, type SourceServer } from '../../../testing/databases/source-server.ts';
import { sequencesIn } from './sequence-defaults.ts';

const [DATABASE, OTHER, COPY] = ['pt_draws', 'pt_draws_other', 'pt_draws_copy'];

describe('sequences of MariaDB', function () {
  this.timeout(60_000);
  let server: SourceServer;
  let folder: string;
  before(async () => {
    server = (await MARIADB.open())!;
    folder = await mkdtemp(join(tmpdir(), 'lumbung-draws-'));
    await server.sql(
      `drop user if exists lumbung@'%'; create user lumbung@'%' identified by '${PASSWORD}'; grant all on *.* to lumbung@'%'`,
    );
  });
  after(async () => {
    await server?.sql(
      `drop user if exists lumbung@'%'; ${[DATABASE, OTHER, COPY].map(it => `drop database if exists ${it}`).join(';')}`,
    );
    if (folder) await rm(folder, { recursive: true });
  });

  const create = (schema: string) =>
    server.sql(`${[DATABASE, OTHER].map(it => `drop database if exists ${it}; create database ${it}`).join(';')};
      create sequence ${OTHER}.s; use ${DATABASE}; ${schema}`);
  const trip = () => backUpAndLoad(server, DATABASE, { folder, copy: COPY });
  const told = ({ findings }: Awaited<ReturnType<typeof trip>>) =>
    findings.map(({ code, message }) => `${code} ${/[^:]*$/.exec(message)![0].trim()}`);
  const nextOf = async (sequence: string) =>
    Number(((await server.sql(`select next_not_cached_value as n from ${sequence}`)) as { n: number }[])[0]!.n);

  for (const [what, expression, where] of [
    ['nextval', 'nextval(s)', 'own'],
    ['lastval', 'lastval(s)', 'own'],
    ['setval', 'setval(s, 5000)', 'own'],
    ['previous value for', '(previous value for s + 1)', 'own'],
    ['nextval of another database', `nextval(${OTHER}.s)`, 'other'],
    ['lastval of another database', `lastval(${OTHER}.s)`, 'other'],
    ['setval of another database', `setval(${OTHER}.s, 5000)`, 'other'],
  ] as const)
    it(`are reported where a default uses ${what}, and it is dumped so that it loads`, async () => {
      await create(
        `create sequence s; create table draws (a int default ${expression}, b int); insert into draws values (1, 2);
         create view only_shows as select * from draws`,
      );
      // With the locks that mysqldump writes otherwise the table does not load (error 1100).
      const path = join(folder, 'locks.sql');
      await dump(server.source(DATABASE), path, { client: server.client, signal: new AbortController().signal });
      await server.sql(`drop database if exists ${COPY}; create database ${COPY}`);
      expect(await load(server, COPY, path, [], undefined)).to.contain('ERROR 1100');
      await rm(path);

      const result = await trip();
      expect(result.error).to.equal(undefined);
      expect(told(result)).to.deep.equal([
        where === 'own' ? 'DATABASE_NAME_HARDCODED draws' : `RESTORE_PREREQUISITE draws (${OTHER}.s)`,
      ]);
      const drawn = `${where === 'own' ? DATABASE : OTHER}.s`;
      if (what.startsWith('lastval') || what.startsWith('previous')) return;
      const before = await nextOf(drawn);
      await server.sql(`insert into ${COPY}.draws (b) values (3)`);
      expect(await nextOf(drawn), 'the copy draws from the original').to.be.greaterThan(before);
    });

  it('are reported where a view draws from one: the copy draws from the original', async () => {
    await create(`create sequence s nocache; create view v as select nextval(s) as n; create view w as select lastval(s) as n;
      create view x as select nextval(${OTHER}.s) as n; create view fine as select 'nextval(s)' as n`);
    const result = await trip();
    expect(result.error).to.equal(undefined);
    expect(told(result)).to.deep.equal([
      'DATABASE_NAME_HARDCODED view v, view w',
      `RESTORE_PREREQUISITE view x (${OTHER}.s)`,
    ]);
    const before = await nextOf(`${DATABASE}.s`);
    await server.sql(`select n from ${COPY}.v`);
    expect(await nextOf(`${DATABASE}.s`)).to.equal(before + 1);
  });

  it('are no finding where nothing draws from them by default', async () => {
    await create(`create sequence s; create table t (a int default 1, b varchar(40) default 'nextval(\`${DATABASE}\`.\`s\`)');
      insert into t (a) values (1); create trigger tr before insert on t for each row set new.a = nextval(s)`);
    const result = await trip();
    expect([result.findings, result.error]).to.deep.equal([[], undefined]);
    const before = await nextOf(`${DATABASE}.s`);
    await server.sql(`insert into ${COPY}.t (b) values (3)`);
    expect(await nextOf(`${DATABASE}.s`)).to.equal(before);
  });

  it('are read with all that names may hold', () => {
    expect(
      sequencesIn('t', "concat(nextval(`a``b.c`.`größe`), 'lastval(`x`.`y`)') + SETVAL(`Ö`.`s`,5,1,0)"),
    ).to.deep.equal([
      { table: 't', database: 'a`b.c', sequence: 'größe' },
      { table: 't', database: 'Ö', sequence: 's' },
    ]);
  });
});
