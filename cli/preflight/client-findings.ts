import { type Finding, finding } from '../../protocol/finding.ts';
import type { MysqldumpClient } from '../client-programs/mysqldump-client.ts';
import { isAtLeast } from '../mysql/server-facts.ts';
import type { SourceReport } from './source-report.ts';

const NAMES = { mysql: 'MySQL', mariadb: 'MariaDB' };
const OPTIONS = { mysql: '--mysqldump', mariadb: '--mariadb-dump' };

/** @returns what is wrong with dumping from this server by this client */
export function clientFindings(client: MysqldumpClient, server: SourceReport['server']): Finding[] {
  const [clientName, serverName] = [
    `${NAMES[client.flavour]} ${client.version}`,
    `${NAMES[server.flavour]} ${server.version}`,
  ];
  if (client.flavour !== server.flavour)
    return [
      finding(
        'FLAVOUR_MISMATCH',
        `dumped from ${serverName} by the client of ${clientName}: the dump may not load again`,
        `Install ${NAMES[server.flavour]}'s own client and name it with ${OPTIONS[server.flavour]}.`,
      ),
    ];
  const [major, minor] = server.version.split('.').map(Number);
  if (isAtLeast(client.version, major ?? 0, minor ?? 0)) return [];
  return [
    finding(
      'CLIENT_OLDER_THAN_SERVER',
      `dumped from ${serverName} by the older client of ${clientName}, which may not support all that is in it`,
      `Install a client as new as the server, and name it with ${OPTIONS[server.flavour]}.`,
    ),
  ];
}
