import { expect } from 'chai';
import { hasBegun, moveBack, moveForward } from './moves.ts';

const place = { database: 'n', names: { staging: 's', old: 'o' }, ignoresCase: false };
const places = (database: string[], staging: string[], old: string[]) => ({
  ...{ database: new Set(database), staging: new Set(staging), old: new Set(old) },
});
/** `both` is in the database and in the backup, `gone` only in the database, `new` only in the backup. */
const TABLES = { old: ['both', 'gone'], new: ['both', 'new'] };
const BEFORE = places(['both', 'gone', 'other'], ['both', 'new'], []);
const AFTER = places(['both', 'new', 'other'], [], ['both', 'gone']);

describe('the statement that swaps tables', () => {
  it('moves the old ones out, then the new ones in, and no other table', () => {
    expect(moveForward(TABLES, BEFORE, place)).to.equal(
      'rename table `n`.`both` to `o`.`both`, `n`.`gone` to `o`.`gone`, `s`.`both` to `n`.`both`, `s`.`new` to `n`.`new`',
    );
    expect(hasBegun(TABLES, BEFORE)).to.equal(false);
  });

  it('moves them all back', () => {
    expect(hasBegun(TABLES, AFTER)).to.equal(true);
    expect(moveBack(TABLES, AFTER, place)).to.equal(
      'rename table `n`.`both` to `s`.`both`, `n`.`new` to `s`.`new`, `o`.`both` to `n`.`both`, `o`.`gone` to `n`.`gone`',
    );
  });

  it('has nothing to do where all is done', () => {
    expect(moveForward(TABLES, AFTER, place)).to.equal(undefined);
    expect(moveBack(TABLES, BEFORE, place)).to.equal(undefined);
  });

  it('goes on, either way, where a server has moved only some of them before it crashed', () => {
    const steps = [
      [
        places(['gone'], ['both', 'new'], ['both']),
        '`n`.`gone` to `o`.`gone`, `s`.`both` to `n`.`both`, `s`.`new` to `n`.`new`',
        '`o`.`both` to `n`.`both`',
      ],
      [
        places([], ['both', 'new'], ['both', 'gone']),
        '`s`.`both` to `n`.`both`, `s`.`new` to `n`.`new`',
        '`o`.`both` to `n`.`both`, `o`.`gone` to `n`.`gone`',
      ],
      [
        places(['both'], ['new'], ['both', 'gone']),
        '`s`.`new` to `n`.`new`',
        '`n`.`both` to `s`.`both`, `o`.`both` to `n`.`both`, `o`.`gone` to `n`.`gone`',
      ],
    ] as const;
    for (const [found, forward, back] of steps) {
      expect(hasBegun(TABLES, found)).to.equal(true);
      expect(moveForward(TABLES, found, place)).to.equal(`rename table ${forward}`);
      expect(moveBack(TABLES, found, place)).to.equal(`rename table ${back}`);
    }
  });
});
