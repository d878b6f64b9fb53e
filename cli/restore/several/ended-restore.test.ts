import { expect } from 'chai';
import { type EndedRestore, exitCodeOf } from './ended-restore.ts';

type Outcome = EndedRestore['outcome'];

describe('the exit code of a restore of several databases', () => {
  const cases: readonly (readonly [code: number, ...outcomes: Outcome[]])[] = [
    [0, 'agreed', 'agreed'],
    [1, 'agreed', 'differs'],
    [1, 'differs', 'differs'],
    [1, 'refused', 'agreed'],
    [1, 'agreed', 'failed'],
    [2, 'failed', 'failed'],
    [2, 'refused', 'failed'],
    [3, 'refused', 'refused'],
  ];
  for (const [code, ...outcomes] of cases)
    it(`is ${code} where they are ${outcomes.join(' and ')}`, () => {
      expect(exitCodeOf(outcomes.map(outcome => ({ database: 'pt_xyz', outcome })))).to.equal(code);
    });
});
