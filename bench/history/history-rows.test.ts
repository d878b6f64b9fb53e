import { expect } from 'chai';
import { parseBackupName } from '../../protocol/backup-name.ts';
import { findingList, stateOf } from '../../protocol/finding.ts';
import { databaseName, historyRows, lastDay } from './history-rows.ts';

describe('historyRows', () => {
  const size = { databases: 100, days: 50 };
  const rows = [...historyRows(size)];

  it('has one backup of each database for each day up to the last', () => {
    expect(rows).to.have.length(5000);
    const places = new Set(
      rows.map(({ databaseId, takenAt }) => `${databaseId} ${takenAt.toISOString().slice(0, 10)}`),
    );
    expect(places.size).to.equal(5000);
    expect(Math.floor(rows.at(-1)!.takenAt.getTime() / 86_400_000)).to.equal(lastDay());
  });

  it('names the zips as a client does', () => {
    for (const { databaseId, takenAt, fileName } of rows) {
      const name = parseBackupName(fileName);
      expect(name).to.deep.include({ database: databaseName(databaseId - 1), takenAt });
    }
    expect(new Set(rows.map(({ fileName }) => fileName)).size).to.equal(5000);
  });

  it('has nine of ten complete, a few damaged, and findings that make the state', () => {
    const share = (of: (row: (typeof rows)[number]) => boolean) => rows.filter(of).length / rows.length;
    expect(share(({ state }) => state === 'complete')).to.be.within(0.88, 0.92);
    expect(share(({ damage }) => damage !== null)).to.be.within(0.0002, 0.003);
    for (const { state, findings } of rows)
      expect(stateOf(findingList.required().cast(JSON.parse(findings ?? '[]')) ?? [])).to.equal(state);
  });

  it('has the same last days in a short history as in a long one, but for the ids', () => {
    const last = [...historyRows({ ...size, days: 5 })].map(row => ({ ...row, id: 0 }));
    expect(last).to.deep.equal(rows.slice(-500).map(row => ({ ...row, id: 0 })));
  });
});
