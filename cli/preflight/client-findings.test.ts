import { expect } from 'chai';
import type { MysqldumpClient } from '../client-programs/mysqldump-client.ts';
import { clientFindings } from './client-findings.ts';

type Program = { flavour: 'mysql' | 'mariadb'; version: string };

const findings = (client: Program, server: Program) =>
  clientFindings({ path: 'mysqldump', knows: () => false, ...client } satisfies MysqldumpClient, server);
const mariadb = (version: string): Program => ({ flavour: 'mariadb', version });
const mysql = (version: string): Program => ({ flavour: 'mysql', version });

describe('client-findings', () => {
  it('says nothing of a client as new as the server or newer', () => {
    for (const [client, server] of [
      [mariadb('10.11.19'), mariadb('10.11.2')],
      [mariadb('10.11.2'), mariadb('10.11.19')],
      [mariadb('11.4.2'), mariadb('10.11.19')],
      [mysql('9.7.0'), mysql('8.0.36')],
      [mysql('8.0.36'), mysql('8.0')],
    ] as const)
      expect(findings(client, server), `${client.version} ${server.version}`).to.deep.equal([]);
  });

  it('warns of an older client', () => {
    for (const [client, server] of [
      [mariadb('10.11.19'), mariadb('11.0.1')],
      [mariadb('10.5.1'), mariadb('10.11.1')],
      [mysql('8.0.36'), mysql('9.0.1')],
    ] as const) {
      const [finding, ...more] = findings(client, server);
      expect(more).to.deep.equal([]);
      expect(finding).to.include({ code: 'CLIENT_OLDER_THAN_SERVER', severity: 'warning' });
      expect(finding!.message).to.contain(client.version).and.to.contain(server.version);
    }
  });

  it('names a client of the other flavour, and the option for the right one', () => {
    const [onMySql, ...more] = findings(mariadb('11.8.3'), mysql('9.7.0'));
    expect(more).to.deep.equal([]);
    expect(onMySql).to.include({ code: 'FLAVOUR_MISMATCH', severity: 'incomplete' });
    expect(onMySql!.message).to.match(/MySQL 9\.7\.0 by the client of MariaDB 11\.8\.3.*may not load/);
    expect(onMySql!.advice).to.match(/MySQL's own client.*--mysqldump\./);
    expect(findings(mysql('9.7.0'), mariadb('10.6.1'))[0]!.advice).to.match(/MariaDB's own client.*--mariadb-dump\./);
  });
});
