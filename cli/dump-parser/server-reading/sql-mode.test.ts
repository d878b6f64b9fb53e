import { expect } from 'chai';
import { SqlMode } from './sql-mode.ts';

describe('SQL mode of a dump', () => {
  const after = (...statements: string[]) => {
    const mode = new SqlMode();
    for (const statement of statements) mode.follow(statement);
    return [mode.escapesInSingle, mode.escapesInDouble];
  };

  it('begins with escapes in both kinds of quotes', () => {
    expect(after()).to.deep.equal([true, true]);
    expect(after("SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO'")).to.deep.equal([true, true]);
  });

  it('knows in which modes a backslash is a plain character', () => {
    for (const [mode, escapes] of [
      ['', [true, true]],
      ['STRICT_TRANS_TABLES', [true, true]],
      ['ANSI_QUOTES', [true, false]],
      ['REAL_AS_FLOAT,PIPES_AS_CONCAT,ANSI_QUOTES,IGNORE_SPACE,ANSI', [true, false]],
      ['ansi', [true, false]],
      ['ORACLE', [true, false]],
      ['NO_BACKSLASH_ESCAPES', [false, false]],
      ['STRICT_ALL_TABLES,NO_BACKSLASH_ESCAPES', [false, false]],
    ] as const)
      for (const variable of ['sql_mode', 'SESSION sql_mode', '@@session.sql_mode', '@@SQL_MODE'])
        expect(after(`SET ${variable}              = '${mode}' */`), mode).to.deep.equal(escapes);
  });

  it('puts back what was saved', () => {
    const save = 'SET @saved_sql_mode       = @@sql_mode */';
    const restore = 'SET sql_mode              = @saved_sql_mode */';
    const set = "SET sql_mode              = 'NO_BACKSLASH_ESCAPES' */";
    expect(after(save, set)).to.deep.equal([false, false]);
    expect(after(save, set, restore)).to.deep.equal([true, true]);
    expect(after(set, save, "SET sql_mode = ''", restore)).to.deep.equal([false, false]);
    expect(after("SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='ANSI'", 'SET SQL_MODE=@old_sql_mode')).to.deep.equal([
      true,
      true,
    ]);
    expect(after(set, 'SET SQL_MODE=@nothing')).to.deep.equal([true, true]);
  });

  it('is not changed by variables with a like name', () => {
    expect(after("SET @sql_mode='ANSI'", "SET @my_sql_mode='ANSI'", "SET old_sql_mode='ANSI'")).to.deep.equal([
      true,
      true,
    ]);
  });
});
