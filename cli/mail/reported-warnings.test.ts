import { expect } from 'chai';
import { reportOf } from '../../testing/cli/nights.ts';
import type { LastRun } from '../report/last-run.ts';
import { freshWarnings, reportedWarnings } from './reported-warnings.ts';
import type { Warning } from './warnings.ts';

const DAY_MS = 24 * 3_600_000;
const FIRST_NIGHT = new Date('2026-11-01T18:30:00Z');
const night = (number: number, minutes = 0) => new Date(FIRST_NIGHT.getTime() + number * DAY_MS + minutes * 60_000);
const MYISAM: Warning = { database: 'a', code: 'NOT_TRANSACTIONAL', message: '2 tables: catatan (MyISAM)' };

/** @returns what is news in each night, when the mail goes out because of it or for another reason */
function newsOf(nights: readonly (readonly Warning[])[], mailedAnyway: readonly number[] = []): number[] {
  let before: LastRun | undefined;
  return nights.map((warnings, number) => {
    const now = night(number, number % 2 ? -5 : 5);
    const fresh = freshWarnings(warnings, before, now);
    const isMailed = fresh.length > 0 || mailedAnyway.includes(number);
    before = { ...reportOf([]), told: reportedWarnings(warnings, before, { isMailed, now }) };
    return fresh.length;
  });
}

describe('reported warnings', () => {
  it('are in the mail of the first night, and once a week while they last', () =>
    expect(newsOf(Array.from({ length: 16 }, () => [MYISAM]))).to.deep.equal([
      ...[1, 0, 0, 0, 0, 0, 0],
      ...[1, 0, 0, 0, 0, 0, 0],
      ...[1, 0],
    ]));

  it('are not repeated for a week after a mail that went out for another reason', () =>
    expect(
      newsOf(
        Array.from({ length: 12 }, () => [MYISAM]),
        [3],
      ),
    ).to.deep.equal([1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0]));

  it('are not new again after a night without them, such as one with a failed dump', () =>
    expect(newsOf([[MYISAM], [], [MYISAM]])).to.deep.equal([1, 0, 0]));

  it('are not new for other numbers, but are for another table, database or code', () => {
    const first = [MYISAM];
    expect(newsOf([first, [{ ...MYISAM, message: '3 tables: catatan (MyISAM)' }]])).to.deep.equal([1, 0]);
    expect(newsOf([first, [{ ...MYISAM, message: '2 tables: catatan, log (MyISAM)' }]])).to.deep.equal([1, 1]);
    expect(newsOf([first, [MYISAM, { ...MYISAM, database: 'b' }]])).to.deep.equal([1, 1]);
    expect(newsOf([first, [{ ...MYISAM, code: 'DATABASE_NAME_HARDCODED' }]])).to.deep.equal([1, 1]);
    expect(
      newsOf([[{ message: 'the list can be read by others' }], [{ message: 'the list can be read by others' }]]),
    ).to.deep.equal([1, 0]);
  });

  it('are all new when the report of earlier nights is missing', () =>
    expect(freshWarnings([MYISAM], undefined, night(0))).to.deep.equal([MYISAM]));
});
