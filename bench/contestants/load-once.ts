// Our loader, in a process of its own:  load-once.ts ZIP DATABASE JOBS WORK-FOLDER
// The target is told by DB_HOST, DB_PORT, DB_USER and DB_PASSWORD. Prints how it was loaded.
import process from 'node:process';
import { loadDump } from '../../cli/load/load-dump.ts';
import { type ConnectOptions, connect } from '../../cli/mysql/connect.ts';
import { askServerFacts } from '../../cli/mysql/server-facts.ts';
import { RestoreFilter } from '../../cli/restore-filter/restore-filter.ts';
import { ZippedDump } from '../../cli/unzip/zipped-dump.ts';

const [path, database, jobs, workFolder] = process.argv.slice(2) as [string, string, string, string];
const { DB_HOST: host = '', DB_PORT: port, DB_USER: user = '', DB_PASSWORD: password = '' } = process.env;
const signal = new AbortController().signal;
const source = { label: database, database, host, port: Number(port), user, password };
const open = (options: ConnectOptions) => connect({ ...source, dumpOptions: [], shrinkLimitPercent: 0 }, options);

await using dump = await ZippedDump.open(path);
const target = await (async () => {
  using session = await open({ signal });
  return await askServerFacts(session);
})();
const { way } = await loadDump({
  dump: () => dump.read(),
  open,
  filter: new RestoreFilter({
    ...{ target, targetDatabase: database, definer: 'keep', collations: new Map() },
    ...{ events: 'at the end', parts: 'all' },
  }),
  ...{ jobs: Number(jobs), signal, dumpBytes: dump.dumpBytes, workFolder },
});
console.log(way);
