import { expect } from 'chai';
import type { LastDrill } from '../../../protocol/last-drill.ts';
import type { BackupSummary, DatabaseList } from '../../../protocol/responses.ts';
import { ConfigurationError } from '../../errors.ts';
import { type ChoiceOptions, chooseBackups } from './choose-backups.ts';

const NOW = new Date('2026-11-29T00:00:00Z');
const DAY_MS = 86_400_000;

const backup = (id: number) => ({ id, state: 'complete' }) as BackupSummary;

function database(
  name: string,
  { id = 1, provenDaysAgo, outcome = 'restorable', isComplete = true }: Wish = {},
): DatabaseList['data'][number] {
  const at = new Date(NOW.getTime() - (provenDaysAgo ?? 0) * DAY_MS).toISOString();
  const proof: LastDrill = { id: 7, backup_id: 1, outcome, at, seconds: 1, reason: null };
  const last = provenDaysAgo === undefined ? null : proof;
  return {
    database_name: name,
    latest_backup: backup(99),
    latest_complete: isComplete ? backup(id) : null,
    ...{ unaccepted_loss: null, last_drill: last, last_proof: last },
  };
}

interface Wish {
  readonly id?: number;
  readonly provenDaysAgo?: number;
  readonly outcome?: LastDrill['outcome'];
  readonly isComplete?: boolean;
}

const DATABASES = [
  database('fresh', { provenDaysAgo: 3 }),
  database('old', { id: 2, provenDaysAgo: 40 }),
  database('older', { id: 3, provenDaysAgo: 90 }),
  database('never', { id: 4 }),
  database('failed', { id: 5, provenDaysAgo: 1, outcome: 'not_restorable' }),
  database('without', { isComplete: false }),
  database('comma, too', { id: 6, provenDaysAgo: 2 }),
];

const choose = (options: Partial<ChoiceOptions> = {}) =>
  chooseBackups(DATABASES, { windowMs: 30 * DAY_MS, all: false, now: NOW, ...options });
const labels = (options: Partial<ChoiceOptions> = {}) => choose(options).chosen.map(({ label }) => label);

describe('the choice of backups for drills', () => {
  it('takes the newest complete backup of each database that is not proven within the window, the longest waiting first', () => {
    expect(choose()).to.deep.equal({
      chosen: [
        { label: 'never', id: 4 },
        { label: 'failed', id: 5 },
        { label: 'older', id: 3 },
        { label: 'old', id: 2 },
      ],
      withoutComplete: ['without'],
      provenCount: 2,
    });
    expect(labels({ windowMs: 60 * DAY_MS })).to.deep.equal(['never', 'failed', 'older']);
    expect(labels({ sample: 2 })).to.deep.equal(['never', 'failed']);
  });

  it('takes those that are proven, too, where all are wanted, or where they are named', () => {
    expect(labels({ all: true })).to.deep.equal(['never', 'failed', 'older', 'old', 'fresh', 'comma, too']);
    expect(labels({ only: ['old,fresh'] })).to.deep.equal(['old', 'fresh']);
    expect(labels({ only: ['comma, too'] })).to.deep.equal(['comma, too']);
    expect(choose({ only: ['old'] })).to.deep.include({ withoutComplete: [], provenCount: 0 });
  });

  it('refuses a name that the service does not know, with what may be meant', () => {
    expect(() => choose({ only: ['nevr'] })).to.throw(
      ConfigurationError,
      /--only names nevr, of which the service has no backup.*never/,
    );
  });
});
