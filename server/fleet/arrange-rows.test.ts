import { expect } from 'chai';
import fc from 'fast-check';
import { arrangeRows, type FleetRow, type RowPlace } from './arrange-rows.ts';

describe('the order of the rows of a fleet', () => {
  const row = ([name, group, rank]: readonly [string, string, number]) =>
    ({
      database: { name, contract: { group: group || null } },
      rank,
      standing: 'fine',
      alarms: [],
    }) as unknown as FleetRow;
  const some = fc.uniqueArray(
    fc.tuple(
      fc.string({ minLength: 1, maxLength: 3 }),
      fc.constantFrom('', 'a', 'b', 'c'),
      fc.integer({ min: 0, max: 6 }),
    ),
    { selector: ([name]) => name, maxLength: 30 },
  );
  const namesOf = (groups: ReturnType<typeof arrangeRows>['groups']) =>
    groups.flatMap(({ rows }) => rows.map(({ database }) => database.name));

  it('pages through any rows, each once, in one order, and each group is in one piece', () => {
    fc.assert(
      fc.property(some, fc.integer({ min: 1, max: 7 }), (given, limit) => {
        const rows = given.map(row);
        const whole = arrangeRows(rows, rows, { limit: 100 });
        const paged: string[] = [];
        for (let after: RowPlace | undefined, page = 0; page === 0 || after; page++) {
          const { groups, next } = arrangeRows(rows, rows, { limit, after });
          paged.push(...namesOf(groups));
          after = next;
        }
        expect(paged).to.deep.equal(namesOf(whole.groups)).and.have.length(rows.length);
        expect(new Set(whole.groups.map(({ name }) => name))).to.have.length(whole.groups.length);
      }),
    );
  });

  it('goes on behind a place whose row has gone meanwhile', () => {
    const rows = [row(['x', 'a', 1]), row(['y', 'a', 1]), row(['z', 'a', 4])];
    const { next } = arrangeRows(rows, rows, { limit: 2 });
    const left = [rows[0]!, rows[2]!];
    expect(namesOf(arrangeRows(left, left, { limit: 2, after: next }).groups)).to.deep.equal(['z']);
  });

  it('counts in each group also those that do not match', () => {
    const rows = [row(['x', 'a', 1]), row(['y', 'a', 4]), row(['z', '', 5])];
    const { groups, total } = arrangeRows(rows.slice(0, 1), rows, { limit: 9 });
    expect(groups.map(({ name, needing, fine }) => [name, needing, fine])).to.deep.equal([['a', 1, 1]]);
    expect(total).to.equal(1);
  });
});
