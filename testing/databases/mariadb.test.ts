import { expect } from 'chai';
import { sharedMariaDb } from './mariadb.ts';

describe('throwaway MariaDB', () => {
  before(function () {
    this.timeout(60_000);
    return sharedMariaDb();
  });

  it('answers over loopback and over its socket', async () => {
    const mariadb = await sharedMariaDb();
    const [row] = await mariadb.sql('select 1; select @@port as port, @@version as version');
    expect(row?.port).to.equal(mariadb.port);
    expect(row?.version).to.contain('MariaDB');
  });

  it('returns the rows of a single statement', async () => {
    const rows = await (await sharedMariaDb()).sql('select 1 as one union select 2');
    expect(rows.map(row => row.one)).to.deep.equal([1, 2]);
  });
});
