import { expect } from 'chai';
import type { LastRun } from '../report/last-run.ts';
import type { Outcome } from '../report/outcome.ts';
import { mergeReports } from './merge-reports.ts';

const outcome = (database: string, state: Outcome['state']): Outcome => ({
  ...{ database, state, isLeftover: false, startedAt: new Date(), seconds: 1, fileName: database, findings: [] },
});
const NIGHT: LastRun = {
  ...{ startedAt: new Date('2026-01-01T01:30:00Z'), endedAt: new Date('2026-01-01T01:31:00Z'), exitCode: 1 },
  ...{ server: 'http://127.0.0.1:3000/', total: 3, notDone: [], kept: ['/work/b.zip'] },
  outcomes: [outcome('a', 'failed'), outcome('b', 'failed'), outcome('c', 'complete')],
};
const morning = (...outcomes: Outcome[]): LastRun => ({
  ...{ ...NIGHT, startedAt: new Date('2026-01-01T09:00:00Z'), endedAt: new Date('2026-01-01T09:01:00Z') },
  ...{ exitCode: 0, total: outcomes.length, outcomes, kept: [], only: outcomes.map(({ database }) => database) },
});

describe('merged reports', () => {
  it('keep what is known of the databases that the later run left out', () => {
    const merged = mergeReports(NIGHT, morning(outcome('a', 'complete')));
    expect(merged.outcomes.map(({ database, state }) => `${database} ${state}`)).to.have.members([
      ...['a complete', 'b failed', 'c complete'],
    ]);
    expect(merged).to.deep.include({ total: 3, kept: [] });
    expect(mergeReports(merged, morning(outcome('new', 'complete'))).total).to.equal(4);
  });

  it('keep the times and the exit code of the run of all, and name those of the later one beside them', () => {
    const merged = mergeReports(NIGHT, morning(outcome('a', 'complete')));
    expect(merged).to.include({ startedAt: NIGHT.startedAt, endedAt: NIGHT.endedAt, exitCode: 1 });
    expect(merged).not.to.have.property('only');
    const [startedAt, endedAt] = [new Date('2026-01-01T09:00:00Z'), new Date('2026-01-01T09:01:00Z')];
    expect(merged.amendedBy).to.deep.include({ startedAt, endedAt, exitCode: 0, databases: ['a'] });
    expect(merged.verdict).to.match(/^2 of 3 databases need attention \(1 ok\), /);
    expect(merged.amendedBy!.verdict).to.match(/^1 of 1 database ok, /);
    const again = mergeReports(merged, morning(outcome('b', 'complete')));
    expect(again.verdict, 'it stays that of the mail').to.equal(merged.verdict);
  });

  it('take from what was not done what the later run has done', () => {
    const cut: LastRun = { ...NIGHT, exitCode: 143, interruptedBy: 'SIGTERM', total: 5, notDone: ['d', 'e'] };
    const merged = mergeReports(cut, morning(outcome('d', 'complete')));
    expect(merged).to.deep.include({ notDone: ['e'], total: 5, interruptedBy: 'SIGTERM' });
  });

  it('keep the failure of a database while a later run delivers an older zip of it, until the zip that waited is delivered', () => {
    const waits: LastRun = {
      ...NIGHT,
      outcomes: [{ ...outcome('a', 'failed'), fileName: 'new' }, outcome('c', 'complete')],
    };
    const delivered = (fileName: string) => ({ ...outcome('a', 'complete'), fileName, isLeftover: true });
    const older = mergeReports(waits, { ...morning(outcome('c', 'complete')), outcomes: [delivered('old')] });
    expect(older.total).to.equal(2);
    expect(older.outcomes.map(({ fileName, state }) => `${fileName} ${state}`)).to.include.members([
      ...['new failed', 'old complete'],
    ]);
    const same = mergeReports(waits, { ...morning(outcome('c', 'complete')), outcomes: [delivered('new')] });
    expect(same.outcomes.filter(({ database }) => database === 'a')).to.have.length(1);
    expect(same.outcomes[0]).to.include({ state: 'complete', isLeftover: false });
  });
});
