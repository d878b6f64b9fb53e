import { expect } from 'chai';
import fc from 'fast-check';
import { InventoryScanner } from '../inventory-scanner.ts';

const MYSQL_9 = '-- MySQL dump 10.13  Distrib 9.7.4, for Linux (x86_64)\n-- Server version\t9.7.4-2\n';
const MYSQL_8 = MYSQL_9.replaceAll('9.7.4', '8.4.6');
const MARIADB =
  '-- MariaDB dump 10.19  Distrib 10.11.19-MariaDB, for debian-linux-gnu (x86_64)\n-- Server version\t10.11.19-MariaDB\n';

/** Puts what comes out of the reach of the lexer's look ahead, so that it is read up to the cut. */
const FAR = 'x'.repeat(30);

describe('a dollar quote', () => {
  const contentsOf = (dump: string, cuts: readonly number[] = []) => {
    const scanner = new InventoryScanner();
    const bytes = Buffer.from(dump);
    [...cuts, bytes.length].reduce((from, to) => {
      scanner.scan(bytes.subarray(from, to));
      return Math.min(to, bytes.length);
    }, 0);
    return scanner.end();
  };
  /** Whether a statement that stands behind is seen as one, and not as part of a string. */
  const isOver = (dump: string) => {
    const { inventory, isBalanced } = contentsOf(`${dump}\nCREATE TABLE after_it (a int);\n`);
    return isBalanced && inventory.tables.some(({ name }) => name === 'after_it');
  };

  it('is closed by what has opened it, and by nothing else', () => {
    for (const body of [
      ...["$$ don't; $$", '$$ /* $$', '$$ -- $$', '$$ # `" $$', '$$$$', "$$$ ' $$", "$$ ' $ ' $ ' $$", '$$ \n\n $$'],
      ...["$tag$ ' $tag$", "$tag$ $$ ' $tag$", "$a$ $ab$ ' $a $a$", "$a$ ' $$a$", "$a$ ' $a$a$", "$a$ ' $A$ $a$"],
      ...["$1$ ' $1$", "$_x9$ ' $_x9$", "$é🐈$ ' $é🐈$", `$${'t'.repeat(500)}$ ' $${'t'.repeat(500)}$`],
      ...["$$ \\$$ ' $$", '$$ \\\\$$', "$$ \\' $$", '$$ ;; DELIMITER //\nDELIMITER //\n $$'],
    ])
      expect(isOver(`${MYSQL_9}SELECT ${body};`), body).to.equal(true);
    for (const body of ['$$ $', '$$ $tag$', '$tag$ $$', '$tag$ $TAG$', '$a$ $ab$', '$ab$ $a$', '$$ \\$$', '$$ $\\$'])
      expect(isOver(`${MYSQL_9}SELECT ${body};`), body).to.equal(false);
  });

  it('treats a backslash as a plain character under NO_BACKSLASH_ESCAPES', () => {
    expect(isOver(`${MYSQL_9}SET sql_mode='NO_BACKSLASH_ESCAPES';SELECT $$ \\$$;`)).to.equal(true);
  });

  it('is opened behind anything but a name', () => {
    for (const before of [
      ' ',
      '(',
      ',',
      '=',
      '.',
      '@',
      '-',
      "''",
      '``',
      '/* */',
      '/*!50003 1*/',
      '1\n',
      '$ ',
      '$x ',
      '$-',
    ])
      expect(isOver(`${MYSQL_9}SELECT ${before}$$ ' $$;`), before).to.equal(true);
    for (const before of ['a', 'Z', '9', '_', 'é', '🐈', 'a$b', '$$$$', '/*!50003'])
      expect(isOver(`${MYSQL_9}SELECT ${before}$$ ' $$;`), before).to.equal(false);
  });

  it('is opened by no dollar in a name, a string or a comment', () => {
    for (const code of [
      ...[
        'a$$b',
        'a$b$c',
        '$a',
        '$a b$',
        '$a-b$',
        '$a.b$',
        '$',
        '$ $',
        '$a\n$',
        '1$$',
        '`$$`',
        '`a``$$`',
        "'$$'",
        '"$$"',
      ],
      ...['1 /* $$ */', '1 -- $$', '1 # $$', "'\\'$$'"],
    ])
      expect(isOver(`${MYSQL_9}SELECT ${code}\n;`), code).to.equal(true);
  });

  it('begins at no delimiter', () => {
    expect(isOver(`${MYSQL_9}DELIMITER $$\nSELECT 1; $$\nSELECT $a$ ' $$ $a$ $$\nDELIMITER ;`)).to.equal(true);
  });

  it('is known to MySQL since 9 only', () => {
    const code = "SELECT $$ ';;' ' $$;";
    for (const header of [MYSQL_9, MYSQL_9.replaceAll('9.7.4', '10.1.0')]) expect(isOver(header + code)).to.equal(true);
    for (const header of ['', MYSQL_8, MARIADB]) expect(isOver(header + code), header).to.equal(false);
    const [client, server] = MYSQL_9.split(/(?<=\n)/);
    const [otherClient, otherServer] = MARIADB.split(/(?<=\n)/);
    expect(isOver(`${otherClient}${server}${code}`)).to.equal(true);
    expect(isOver(`${client}${otherServer}${code}`)).to.equal(false);
  });

  it('does not fool it into a string in a dump of MariaDB', () => {
    for (const header of [MYSQL_8, MARIADB])
      for (const code of [
        'SELECT $$ FROM t;',
        'DELIMITER $$\nBEGIN SELECT 1; END $$\nDELIMITER ;',
        'SELECT $a$ FROM t;',
      ])
        expect(isOver(header + code), code).to.equal(true);
  });

  it('counts for nothing of what a statement creates', () => {
    const { inventory } = contentsOf(
      `${MYSQL_9}CREATE $$ TABLE x $$;CREATE /* */ $a$ FUNCTION y $a$ TABLE t (a int);CREATE TABLE $b (a int);`,
    );
    expect(inventory.tables.map(({ name }) => name)).to.deep.equal(['t', '$b']);
    expect(inventory.functions).to.deep.equal([]);
  });

  it('counts for nothing of the rows, either', () => {
    const { rows } = contentsOf(
      `${MYSQL_9}INSERT INTO t VALUES (1,$$),($$),($a$),(' $a$,2);INSERT INTO t VALUES ($$),($$);`,
    );
    expect(rows).to.equal(3);
  });

  it('may be cut within its tag and within an escape', () => {
    const dump = `${MYSQL_9}SELECT $tag$ ${FAR} ' \\$tag$ $ta$tag$, x$$, $$ ${FAR} \\$$ ' \\\\$$;CREATE TABLE t (a int);`;
    const whole = contentsOf(dump);
    expect({ tables: whole.inventory.tables.length, isBalanced: whole.isBalanced }).to.deep.equal({
      tables: 1,
      isBalanced: true,
    });
    for (let cut = MYSQL_9.length; cut < dump.length; cut++)
      expect(contentsOf(dump, [cut]), dump.slice(0, cut)).to.deep.equal(whole);
  });

  it('is more than the rows of an INSERT, wherever the dump is cut, and also where it turns out not to be a dollar quote', () => {
    for (const insert of [
      'INSERT INTO t VALUES (1) ON DUPLICATE KEY UPDATE a = $$x$$;\n',
      '\nDELIMITER $$\nINSERT INTO t VALUES (1)\nDELIMITER ;\n$(\nDELIMITER $$\n',
    ]) {
      const dump = MYSQL_9 + insert;
      for (const cuts of [[], Buffer.from(dump).keys().toArray()])
        expect(contentsOf(dump, cuts).unexpected, insert).to.deep.equal(['INSERT INTO `t` with more than values']);
    }
  });

  it('may be cut anywhere', () => {
    const part = fc.constantFrom(
      ...[
        '$',
        '$$',
        '$a$',
        '$ab$',
        '$a',
        'a',
        'é',
        ' ',
        '\n',
        ';',
        "'",
        '`',
        '\\',
        '\\$',
        '(',
        ')',
        ',',
        '/* */',
        '-- \n',
      ],
      ...['x'.repeat(20), 'INSERT INTO t VALUES (1', 'CREATE TABLE u (a int);', '\nDELIMITER $$\n', '\nDELIMITER ;\n'],
    );
    const code = fc.array(part, { maxLength: 40, size: 'max' }).map(parts => MYSQL_9 + parts.join(''));
    const cuts = fc.array(fc.nat(400), { maxLength: 10 }).map(places => places.sort((a, b) => a - b));
    fc.assert(
      fc.property(code, cuts, (dump, cuts) => {
        const whole = contentsOf(dump);
        expect(contentsOf(dump, cuts)).to.deep.equal(whole);
        expect(contentsOf(dump, Buffer.from(dump).keys().toArray())).to.deep.equal(whole);
      }),
      { numRuns: 500 },
    );
  });
});
