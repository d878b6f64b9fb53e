import { expect } from 'chai';
import type { MysqldumpClient } from '../../client-programs/mysqldump-client.ts';
import type { DatabaseSource } from '../../config/databases.ts';
import { chooseDumpOptions, nameOf, withReason } from './dump-plan.ts';

const explainDumpOptions = (...given: Parameters<typeof chooseDumpOptions>) =>
  chooseDumpOptions(...given).map(withReason);

const SOURCE: DatabaseSource = {
  ...{ label: 'a', database: 'a', host: 'h', port: 3306, user: 'somebody', password: 'hidden' },
  ...{ dumpOptions: [], shrinkLimitPercent: 50 },
};
const MARIADB: MysqldumpClient = { path: 'mariadb-dump', flavour: 'mariadb', version: '10.11.19', knows: () => false };
const MYSQL: MysqldumpClient = { path: 'mysqldump', flavour: 'mysql', version: '9.7.0', knows: () => true };

describe('dump plan', () => {
  it('does not report options that every dump is made with', () => {
    expect(explainDumpOptions(SOURCE, MARIADB, { fallbackOptions: [] })).to.deep.equal([]);
    expect(explainDumpOptions({ ...SOURCE, socket: '/s' }, MARIADB, { fallbackOptions: [] })).to.deep.equal([]);
  });

  it('gives a reason for each option that the program or the server asks for', () => {
    for (const client of [MARIADB, MYSQL])
      for (const ssl of [undefined, 'off', 'require', 'verify'] as const) {
        const options = explainDumpOptions({ ...SOURCE, ...(ssl && { ssl }), sslCa: '/ca.pem' }, client, {
          fallbackOptions: [],
        });
        for (const option of options) expect(option).to.match(/^--[a-z-]+(?:=[^ ]+)? \(.{10,}\)$/);
        expect(options.join()).not.to.match(/hidden|somebody|--host/);
        expect(options.length, `${client.flavour} ${ssl}`).to.equal(
          client === MARIADB
            ? { none: 0, off: 1, require: 2, verify: 3 }[ssl ?? 'none']
            : { none: 4, off: 5, require: 4, verify: 6 }[ssl ?? 'none'],
        );
      }
  });

  it('reports what the preflight gives up, and why', () => {
    const found = { fallbackOptions: ['--ignore-table=a.v'], ofHistory: ['--dump-history'] };
    const [history, ignored] = explainDumpOptions(SOURCE, MARIADB, found);
    expect(history).to.equal('--dump-history (some tables are system-versioned)');
    expect(ignored).to.match(/^--ignore-table=a\.v \(.*would fail/);
  });

  it("tells only the names of the user's own options, since a value may be a secret", () => {
    const dumpOptions = ['--where=card="hidden"', '--quick', '--no-data'];
    const options = explainDumpOptions({ ...SOURCE, dumpOptions }, MARIADB, { fallbackOptions: [] });
    expect(options).to.have.length(3);
    expect(options.join()).not.to.contain('hidden');
    expect(options[0]).to.match(/^--where \(of dump_options; leaves something out/);
    expect(options[1]).to.equal('--quick (of dump_options)');
  });

  it('takes no value for part of a name', () => {
    expect(['--where=x', '--where x', '--a_b-c', 'secret'].map(nameOf)).to.deep.equal([
      '--where',
      '--where',
      '--a_b-c',
      '',
    ]);
  });
});
