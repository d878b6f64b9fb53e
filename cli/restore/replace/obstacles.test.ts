import { expect } from 'chai';
import { type MariaDb, sharedMariaDb } from '../../../testing/databases/mariadb.ts';
import { openAt } from '../../../testing/restore/replace-scene.ts';
import { moveForward } from './moves.ts';
import { swapObstacles } from './obstacles.ts';
import { replaceNames } from './replace-names.ts';

describe('the one statement that renames all tables of a replace', () => {
  const database = 'many_of_them';
  const old = Array.from({ length: 20 }, (_, i) => `t${i}`);
  const incoming = Array.from({ length: 60 }, (_, i) => `new_${i}`);
  let mariadb: MariaDb;
  before(async () => {
    mariadb = await sharedMariaDb();
    await mariadb.sql(
      `create database ${database}; ${old.map(name => `create table ${database}.${name} (id int)`).join('; ')}`,
    );
  });
  after(() => mariadb.sql(`drop database ${database}`));

  it('must fit into what the server takes, the old tables and those of the backup together', async () => {
    const names = replaceNames(database);
    const places = { database: new Set(old), staging: new Set(incoming), old: new Set<string>() };
    const statement = moveForward({ old, new: incoming }, places, { database, names, ignoresCase: false })!;
    const bytes = Buffer.byteLength(statement);
    using session = await openAt(mariadb, new AbortController().signal);
    const obstacles = async (maxPacketBytes: number) => {
      const server = { flavour: 'mariadb', ignoresCase: false, maxPacketBytes } as const;
      return (
        await swapObstacles(session, { database, server, tables: undefined, incoming, again: () => 'sade restore' })
      ).map(({ message }) => message);
    };
    const [refused, ...more] = await obstacles(bytes);
    expect(refused ?? '').to.contain(`20 tables of ${database} and 60 of the backup can't be renamed by one statement`);
    expect(more).to.deep.equal([]);
    expect(await obstacles(bytes + 1000)).to.deep.equal([]);
  });
});
