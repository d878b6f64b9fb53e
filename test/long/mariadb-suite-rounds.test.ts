import { expect } from 'chai';
import { hasMariaDbSuite } from '../../testing/databases/mariadb-suite/mariadb-suite.ts';
import { suiteRounds } from '../../testing/databases/mariadb-suite/suite-round.ts';

/** About 50 of them in two minutes. test/peers/mariadb-suite.test.ts takes two of each of the first files. */
const WANTED = Number(process.env.SUITE_DATABASES ?? 500);
const FROM = Number(process.env.SUITE_FROM ?? 0);

describe("hundreds of databases of MariaDB's own test suite", () => {
  it('are restored and dumped again to the same bytes wherever their backup is complete, and proven by a drill', async () => {
    if (!hasMariaDbSuite()) throw new Error('The test suite is not there: scripts/setup long brings it.');
    const rounds = await suiteRounds({ wanted: WANTED, from: FROM });
    const complete = rounds.filter(({ outcome }) => outcome.state === 'complete');
    expect(complete.length).to.be.greaterThan(0.9 * WANTED);
    const others = complete.filter(
      ({ restoreFailure, difference, drill }) =>
        (restoreFailure ?? difference ?? drill?.outcome !== 'restorable') || drill?.dump_again !== 'same',
    );
    expect(others.map(({ outcome: _, ...rest }) => rest)).to.deep.equal([]);
  });
});
