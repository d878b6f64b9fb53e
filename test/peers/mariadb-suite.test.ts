import { expect } from 'chai';
import { hasMariaDbSuite } from '../../testing/databases/mariadb-suite/mariadb-suite.ts';
import { type SuiteRound, suiteRounds } from '../../testing/databases/mariadb-suite/suite-round.ts';

const WANTED = 16;

/** Two of each file; `npm run test:long` takes hundreds, and all of each file. */
describe("databases of MariaDB's own test suite", function () {
  this.timeout(360_000);
  let rounds: SuiteRound[];
  before(async function () {
    if (!hasMariaDbSuite()) return this.skip();
    rounds = await suiteRounds({ wanted: WANTED, perFile: 2 });
  });

  it('are backed up completely, but for one that mysqldump itself cannot dump', () => {
    expect(rounds.length).to.be.at.least(WANTED);
    const others = rounds.filter(({ outcome }) => outcome.state !== 'complete');
    expect(others.map(({ outcome }) => outcome.failure?.message)).to.deep.equal([
      'mariadb-dump failed with exit code 3: mariadb-dump: Error 1814: Tablespace has been discarded for table `t4` when dumping table `t4` at row: 0',
    ]);
  });

  it('are restored, and dumped again to the same bytes', () => {
    const others = rounds.filter(({ restoreFailure, difference }) => restoreFailure ?? difference);
    expect(
      others.map(({ database, restoreFailure, difference }) => ({ database, restoreFailure, difference })),
    ).to.deep.equal([]);
  });

  it('are proven by a drill', () => {
    const complete = rounds.filter(({ outcome }) => outcome.state === 'complete');
    for (const { database, drill } of complete)
      expect(drill, database).to.deep.include({ outcome: 'restorable', reason: null, dump_again: 'same' });
  });
});
