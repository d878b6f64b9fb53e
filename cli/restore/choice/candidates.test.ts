import { expect } from 'chai';
import type { BackupSummary } from '../../../protocol/responses.ts';
import { findCandidates } from './candidates.ts';

/** A history of 500 backups, one a minute; number 1 is the oldest. */
const history = Array.from({ length: 500 }, (_, at) => backup(500 - at));

function backup(id: number, more: Partial<BackupSummary> = {}): BackupSummary {
  const timestamp = new Date(Date.UTC(2026, 0, 1, 0, id)).toISOString().slice(0, 19).replace('T', ' ');
  return {
    ...{ id, timestamp, file_name: 'x', state: 'complete', size: 1, dump_size: 1, dump_rows: 1 },
    ...{ table_count: 1, finding_count: 0, worst_finding: null, loss: null, loss_findings: null },
    ...more,
  };
}

describe('the candidates for a restore', () => {
  const asked: object[] = [];
  const candidates = (changes: Readonly<Record<number, Partial<BackupSummary>>> = {}, until?: Date) => {
    asked.length = 0;
    const all = history.map(one => ({ ...one, ...changes[one.id] }));
    return findCandidates(async page => {
      asked.push(page);
      const from = page.before === undefined ? 0 : all.findIndex(({ id }) => id === page.before) + 1;
      return {
        database_name: 'x',
        histories: all.slice(from, from + page.limit),
        backup_count: 500,
        unaccepted_loss: null,
      };
    }, until);
  };
  const ids = ({ good, shrunk, failed, passedOver, replaced }: Awaited<ReturnType<typeof candidates>>) => ({
    good: good?.id,
    shrunk: shrunk?.id,
    ...(failed && { failed: failed.id }),
    passedOver: passedOver.map(({ id }) => id),
    ...(replaced.length > 0 && { replaced: replaced.map(({ id }) => id) }),
  });
  const all = (more: Partial<BackupSummary>) => Object.fromEntries(history.map(({ id }) => [id, more]));

  it('are the newest complete one, and no more of the history is asked for than it takes', async () => {
    expect(ids(await candidates())).to.deep.equal({ good: 500, shrunk: undefined, passedOver: [] });
    expect(asked).to.deep.equal([{ limit: 200 }]);
  });

  it('are found far back, page by page', async () => {
    const until = new Date(Date.UTC(2026, 0, 1, 0, 3));
    expect(ids(await candidates({ 3: { state: 'damaged' } }, until))).to.include({ good: 2 });
    expect(asked).to.deep.equal([{ limit: 200 }, { limit: 200, before: 301 }, { limit: 200, before: 101 }]);
  });

  it('are the one with a loss and the one before, and those that are not complete and newer', async () => {
    const changes = {
      500: { state: 'unverified' },
      499: { loss: 'unaccepted' },
      498: { loss: 'unaccepted' },
      497: { state: 'incomplete' },
    } as const;
    expect(ids(await candidates(changes))).to.deep.equal({ good: 496, shrunk: 499, passedOver: [500] });
    expect(ids(await candidates({ 500: { loss: 'accepted' } }))).to.include({ good: 500 });
  });

  it('are two also where what was lost came back later: until that moment it is still lost', async () => {
    const until = new Date(Date.UTC(2026, 0, 1, 0, 400));
    expect(ids(await candidates({ 400: { loss: 'superseded' } }, until))).to.include({ good: 399, shrunk: 400 });
  });

  it('are the one whose drill failed and the one before; a drill that could not test, or was repeated with success, changes nothing', async () => {
    const drill = (outcome: 'restorable' | 'not_restorable' | 'could_not_test', id = 1) =>
      ({ ...{ id, backup_id: 500, at: '2026-01-01T08:00:00Z', seconds: null, reason: 'r' }, outcome }) as const;
    const failed = drill('not_restorable');
    const found = async (...changes: Partial<BackupSummary>[]) =>
      ids(await candidates(Object.fromEntries(changes.map((change, at) => [500 - at, change]))));
    const alone = { good: 499, shrunk: undefined, failed: 500, passedOver: [] };
    expect(await found({ last_drill: failed, last_proof: failed })).to.deep.equal(alone);
    expect(await found({ last_drill: drill('could_not_test', 2), last_proof: failed })).to.deep.equal(alone);
    expect(await found({ last_drill: failed, loss: 'unaccepted' })).to.deep.equal(alone);
    expect(await found({ last_drill: failed }, { loss: 'unaccepted' })).to.include({
      good: 498,
      shrunk: 499,
      failed: 500,
    });
    const proven = drill('restorable', 2);
    expect(await found({ last_drill: proven, last_proof: proven })).to.include({ good: 500 });
    expect(await found({ last_drill: drill('could_not_test') })).to.include({ good: 500 });
  });

  it('pass over those that were made before a restore, also those that have lost something', async () => {
    const made_for = 'restore';
    const changes = {
      500: { made_for },
      499: { made_for, loss: 'unaccepted' },
      498: { made_for, state: 'incomplete' },
    } as const;
    expect(ids(await candidates(changes))).to.deep.equal({
      ...{ good: 497, shrunk: undefined, passedOver: [498] },
      replaced: [500, 499],
    });
    const { good, replaced } = await candidates(all({ made_for }));
    expect(good).to.equal(undefined);
    expect(replaced[0]).to.include({ id: 500 });
  });

  it('have no good one where all are damaged, or all have a loss', async () => {
    expect(ids(await candidates(all({ state: 'damaged' })))).to.include({ good: undefined, shrunk: undefined });
    expect(ids(await candidates(all({ loss: 'unaccepted' })))).to.deep.equal({
      good: undefined,
      shrunk: 500,
      passedOver: [],
    });
  });
});
