import { expect } from 'chai';
import { readTableDefinition } from './table-definition.ts';

const RULES = { flavour: 'mariadb', delimiter: ';', escapes: true, ansiQuotes: false, quotesInDollars: false } as const;
const COLUMNS = '`id` int NOT NULL, `a` int DEFAULT NULL, `b` varchar(9) NOT NULL, `c` text';

describe('the definition of a table', () => {
  const read = (items: string, options = 'ENGINE=InnoDB') =>
    readTableDefinition(Buffer.from(`CREATE TABLE \`t\` (\n  ${COLUMNS},\n  ${items}\n) ${options}`), RULES);
  const text = (bytes: Uint8Array | undefined) => bytes && Buffer.from(bytes).toString();
  /** What is added later, less what stands in front of it. */
  const later = (items: string, options?: string) =>
    text(read(items, options)?.addKeys)?.replace('ALTER TABLE `t` ', '');

  it('lets the last keys come later, as they are written', () => {
    for (const key of [
      'KEY `k` (`a`)',
      'KEY `k` (`a` DESC,`b`(3)) USING BTREE',
      "KEY `k` (`a`) COMMENT 'x), KEY `y` (`z`'",
      'KEY `odd``,( name` (`a`) IGNORED',
      'KEY `k` (`a`) /*!80000 INVISIBLE */',
      'UNIQUE KEY `k` (`a`)',
    ])
      expect(later(`PRIMARY KEY (\`id\`),\n  ${key}`), key).to.equal(`ADD ${key}`);
    const { withoutKeys } = read('PRIMARY KEY (`id`),\n  KEY `k` (`a`),\n  CONSTRAINT `c` CHECK (`a` > 0)')!;
    expect(text(withoutKeys)).to.contain('PRIMARY KEY (`id`)').and.contain('CHECK (`a` > 0)').and.not.contain('`k`');
  });

  it('keeps a key that InnoDB or AUTO_INCREMENT needs, and all in front of it', () => {
    expect(later('UNIQUE KEY `u` (`b`),\n  KEY `k` (`a`)'), 'by which the rows are kept').to.equal('ADD KEY `k` (`a`)');
    expect(later('UNIQUE KEY `u` (`a`),\n  UNIQUE KEY `v` (`b`)'), 'not the first').to.equal(undefined);
    expect(later('`n` int NOT NULL AUTO_INCREMENT,\n  PRIMARY KEY (`n`),\n  KEY `k` (`a`)')).to.equal(
      'ADD KEY `k` (`a`)',
    );
    expect(
      later(
        '`n` int NOT NULL AUTO_INCREMENT,\n  PRIMARY KEY (`id`,`n`),\n  KEY `k` (`a`),\n  KEY `n` (`n`),\n  KEY `l` (`a`)',
      ),
    ).to.equal('ADD KEY `l` (`a`)');
  });

  it('keeps all keys where it is not sure of them', () => {
    for (const items of [
      'PRIMARY KEY (`id`),\n  KEY `k` (`a`),\n  FULLTEXT KEY `f` (`c`)',
      'PRIMARY KEY (`id`),\n  KEY `k` (`a`),\n  SPATIAL KEY `s` (`b`)',
      'PRIMARY KEY (`id`),\n  UNIQUE KEY `k` (`c`) USING HASH',
      'PRIMARY KEY (`id`),\n  KEY `k` ((lower(`b`)))',
      '`v` int GENERATED ALWAYS AS (`a` + 1) VIRTUAL,\n  PRIMARY KEY (`id`),\n  KEY `k` (`v`)',
      'PRIMARY KEY (`id`),\n  KEY `k` (`nowhere`)',
    ])
      expect(later(items), items).to.equal(undefined);
    const items = 'PRIMARY KEY (`id`),\n  KEY `k` (`a`)';
    for (const options of [
      'ENGINE=MyISAM',
      'ENGINE=Aria',
      '',
      'ENGINE=InnoDB\n PARTITION BY HASH (`id`)\nPARTITIONS 3',
    ])
      expect(later(items, options), options).to.equal(undefined);
    expect(later(items, "ENGINE=InnoDB COMMENT='PARTITION BY'"), 'a word in a comment').to.equal('ADD KEY `k` (`a`)');
  });

  it('leaves a table alone that has a history, and what is written in another way', () => {
    expect(read('PRIMARY KEY (`id`),\n  KEY `k` (`a`)', 'ENGINE=InnoDB WITH SYSTEM VERSIONING')).to.equal(undefined);
    for (const statement of [
      'CREATE TABLE t (a int)',
      'CREATE TABLE `t` LIKE `u`',
      'CREATE OR REPLACE TABLE `t` (`a` int)',
    ])
      expect(readTableDefinition(Buffer.from(statement), RULES), statement).to.equal(undefined);
  });

  it('takes out foreign keys, and lists what they point to and what can be pointed to', () => {
    const found = read(
      'PRIMARY KEY (`id`),\n  KEY `k` (`a`,`b`(2),`id`),\n  CONSTRAINT `f` FOREIGN KEY (`a`) REFERENCES `U` (`x`) ON DELETE CASCADE,\n  CONSTRAINT `g` FOREIGN KEY (`id`,`a`) REFERENCES `other`.`t` (`id`,`a`)',
    )!;
    expect(text(found.withKeys)).to.contain('KEY `k`').and.not.contain('FOREIGN');
    expect(text(found.addForeignKeys)).to.equal(
      'ALTER TABLE `t` ADD CONSTRAINT `f` FOREIGN KEY (`a`) REFERENCES `U` (`x`) ON DELETE CASCADE, ADD CONSTRAINT `g` FOREIGN KEY (`id`,`a`) REFERENCES `other`.`t` (`id`,`a`)',
    );
    expect(found.references).to.deep.equal([
      { table: 'u', key: 'x int' },
      { table: 't', key: 'id int,a int' },
    ]);
    expect(found.referable).to.deep.equal(['id int', 'a int']);
  });

  it('lets rows come in any order only where a primary key of InnoDB gives them one', () => {
    expect(read('PRIMARY KEY (`id`)')!.isOrderFree).to.equal(true);
    expect(read('UNIQUE KEY `u` (`a`)')!.isOrderFree).to.equal(false);
    expect(read('PRIMARY KEY (`id`)', 'ENGINE=MyISAM')!.isOrderFree).to.equal(false);
  });
});
