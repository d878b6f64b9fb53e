import { expect } from 'chai';
import { withoutRowValues } from './row-values.ts';

describe('row-values', () => {
  const NEAR = 'check the manual that corresponds to your MariaDB server version for the right syntax to use near';
  for (const [errno, said, shown] of [
    [1062, "Duplicate entry 'ann@x' for key 'PRIMARY'", "Duplicate entry '…' for key 'PRIMARY'"],
    [1062, "Duplicate entry 'it' for key 'x' for key 'mail'", "Duplicate entry '…' for key 'mail'"],
    [1062, "Doppelter Eintrag 'ann@x' für Schlüssel 'PRIMARY'", undefined],
    [1366, "Incorrect string value: '\\xF0\\x9F' for column `d`.`t`.`c` at row 1", "value: '…' for column `d`.`t`.`c`"],
    [1292, "Truncated incorrect INTEGER value: 'ann@x'", "Truncated incorrect INTEGER value: '…'"],
    [1526, 'Table has no partition for value 4111', 'Table has no partition for value …'],
    [1300, "Invalid utf8mb4 character string: 'ann'", "Invalid utf8mb4 character string: '…'"],
    [1690, "BIGINT value is out of range in '(4111 + 1)'", "BIGINT value is out of range in '…'"],
    [1064, `${NEAR} ''ann@x',2)' at line 1`, "near '…' at line 1"],
    [1644, 'ann@x is not a customer', undefined],
  ] as const)
    it(`takes the value out of error ${errno}: ${said.slice(0, 60)}`, () => {
      const result = withoutRowValues(said, { errno, isOfRows: true });
      expect(result)
        .to.contain(shown ?? 'in words that may quote rows')
        .and.not.match(/ann|4111|F0/);
    });

  it('leaves the names in an error about a row, and all of one that quotes no value', () => {
    for (const [errno, said] of [
      [1048, "Column 'c' cannot be null"],
      [1406, "Data too long for column 'c' at row 1"],
      [undefined, 'read ECONNRESET'],
    ] as const)
      expect(withoutRowValues(said, { errno, isOfRows: true })).to.equal(said);
  });

  it('leaves the part of a definition that a server does not understand, without its strings', () => {
    const of = (near: string) => withoutRowValues(`${NEAR} '${near}' at line 3`, { errno: 1064, isOfRows: false });
    expect(of('nonsense, `b` int')).to.contain("near 'nonsense, `b` int' at line 3");
    expect(of("CONNECTION='mysql://u:s3cret@h/d'")).to.contain("near 'CONNECTION='…'' at line 3");
    expect(of("nonsense COMMENT 'it''s \\' s3cret and cut")).to.contain("near 'nonsense COMMENT '…'' at line 3");
  });
});
