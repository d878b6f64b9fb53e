import { expect } from 'chai';
import { type MariaDb, sharedMariaDb } from '../../../testing/databases/mariadb.ts';
import { openAt } from '../../../testing/restore/replace-scene.ts';
import { askServerFacts } from '../../mysql/server-facts.ts';
import { askDependents, describeDependents } from './dependents.ts';
import { askKeysInto } from './keys-into.ts';

describe('what depends on a database', () => {
  let mariadb: MariaDb;
  const all = ['elsewhere', 'my_shop', 'dep-shop', 'dep'];
  const clear = () => mariadb.sql(all.map(name => `drop database if exists \`${name}\``).join('; '));
  const where = { database: 'dep', ignoresCase: false };

  before(async () => {
    mariadb = await sharedMariaDb();
    await clear();
    await mariadb.sql(all.map(name => `create database \`${name}\``).join('; '));
    await mariadb.sql('create table item (id int primary key); create procedure pay() select 1', 'dep');
    await mariadb.sql(
      `create table far (id int primary key, p int, constraint to_item foreign key (p) references dep.item (id));
       create view daily as select id from dep.item; create view other as select 'dep.' as text;
       create trigger t before insert on far for each row set @x = (select count(*) from dep.item);
       create procedure p() select * from \`dep\`.item; create procedure q() select * from my_dep.item;
       create event e on schedule every 1 day disable do delete from dep . item`,
      'elsewhere',
    );
    await mariadb.sql(
      "create or replace user few@'127.0.0.1' identified by 'x'; grant all on dep.* to few@'127.0.0.1'",
    );
    await mariadb.sql("grant execute on procedure dep.pay to few@'127.0.0.1'");
  });
  after(async () => {
    await clear();
    await mariadb.sql("drop user few@'127.0.0.1'");
  });

  const as = async <T>(
    user: { user: string; password: string },
    ask: (session: Awaited<ReturnType<typeof openAt>>) => Promise<T>,
  ) => {
    using session = await openAt({ host: mariadb.host, port: mariadb.port, ...user }, new AbortController().signal);
    return await ask(session);
  };
  const root = { user: 'root', password: '' };
  const few = { user: 'few', password: 'x' };

  it('is seen by a user who may see it: views, triggers, routines and events that name it, connections, rights on routines', async () => {
    const other = await mariadb.connect('dep');
    const found = await as({ ...root, password: mariadb.password }, async session =>
      askDependents(session, where, await askServerFacts(session)),
    );
    await other.end();
    expect(found).to.deep.equal({
      programs: ['view elsewhere.daily', 'trigger elsewhere.t', 'routine elsewhere.p', 'event elsewhere.e'],
      connections: 1,
      routineRights: ['few@127.0.0.1 on PROCEDURE pay'],
      notSeen: [],
    });
    expect(describeDependents('dep', found).join('\n'))
      .to.contain('view elsewhere.daily')
      .and.contain('1 connection to the server uses dep now')
      .and.contain('grant them again afterwards: few@127.0.0.1 on PROCEDURE pay');
  });

  it('is named as not seen where the user may not see it', async () => {
    const found = await as(few, async session => askDependents(session, where, await askServerFacts(session)));
    expect(found.programs).to.deep.equal([]);
    expect(found.notSeen.join()).to.contain('mysql.procs_priv');
  });

  it('has the foreign keys of other databases, and tells whether all were seen', async () => {
    const seen = await as({ ...root, password: mariadb.password }, session => askKeysInto(session, where, 'mariadb'));
    expect(seen).to.deep.equal({
      keys: [{ database: 'elsewhere', table: 'far', name: 'to_item', toTable: 'item' }],
      isAll: true,
    });
    expect(await as(few, session => askKeysInto(session, where, 'mariadb'))).to.deep.equal({ keys: [], isAll: false });
    await mariadb.sql("grant process on *.* to few@'127.0.0.1'");
    const byProcess = await as(few, session => askKeysInto(session, where, 'mariadb'));
    expect(byProcess.isAll).to.equal(true);
    expect(byProcess.keys).to.deep.equal(seen.keys);
  });
});
