import { expect } from 'chai';
import fc from 'fast-check';
import { parseGrants } from './grants.ts';

const parse = (line: string) => {
  const [grant] = parseGrants([line]);
  return grant && { ...grant, rights: [...grant.rights] };
};

describe('grants', () => {
  it('reads every level', () => {
    const lim = { verb: 'grant', grantee: 'lim@%' } as const;
    expect(parse('GRANT SELECT, SHOW VIEW ON *.* TO `lim`@`%`')).to.deep.equal({
      ...lim,
      ...{ rights: ['SELECT', 'SHOW VIEW'], level: 'global', database: '', object: '' },
    });
    expect(parse('GRANT ALL PRIVILEGES ON `pt\\_%`.* TO `lim`@`%` WITH GRANT OPTION')).to.deep.equal({
      ...lim,
      ...{ rights: ['ALL PRIVILEGES'], level: 'database', database: 'pt\\_%', object: '' },
    });
    expect(parse('GRANT SELECT ON `d`.`t` TO `lim`@`%`')).to.deep.equal({
      ...lim,
      ...{ rights: ['SELECT'], level: 'table', database: 'd', object: 't' },
    });
    for (const kind of ['FUNCTION', 'PROCEDURE', 'PACKAGE', 'PACKAGE BODY'])
      expect(parse(`GRANT EXECUTE ON ${kind} \`d\`.\`f\` TO \`lim\`@\`%\``), kind).to.deep.equal({
        ...lim,
        ...{ rights: ['EXECUTE'], level: 'routine', database: 'd', object: 'f' },
      });
  });

  it('reads old and new quotes, ANSI ones, and what stands behind the account', () => {
    for (const line of [
      "GRANT SELECT ON `d`.* TO 'lim'@'10.0.%' IDENTIFIED BY PASSWORD '*7B9EBEED26AA52ED10C0F549FA863F13C39E0209'",
      'GRANT SELECT ON "d".* TO "lim"@"10.0.%" REQUIRE SSL WITH MAX_USER_CONNECTIONS 3',
      'GRANT SELECT ON `d`.* TO `lim`@`10.0.%`',
    ])
      expect(parse(line), line).to.include({ level: 'database', database: 'd', grantee: 'lim@10.0.%' });
  });

  it('ignores a right on columns', () => {
    expect(parse('GRANT SELECT (`id`, `a``b(`), INSERT (`id`), UPDATE ON `d`.`t` TO `l`@`%`')).to.deep.include({
      rights: ['UPDATE'],
    });
  });

  it('knows partial revokes, roles and PUBLIC', () => {
    expect(parse('REVOKE EVENT ON `d`.* FROM `lim`@`%`')).to.deep.include({ verb: 'revoke', rights: ['EVENT'] });
    expect(parse('GRANT TRIGGER ON `d`.* TO `reader`')).to.include({ grantee: 'reader' });
    expect(parse('GRANT TRIGGER ON `d`.* TO PUBLIC')).to.include({ grantee: 'PUBLIC' });
    expect(parse('GRANT SHOW_ROUTINE,XA_RECOVER_ADMIN ON *.* TO `lim`@`%`')).to.deep.include({
      rights: ['SHOW_ROUTINE', 'XA_RECOVER_ADMIN'],
    });
  });

  it('ignores lines that give no rights', () => {
    for (const line of [
      'GRANT `r1`@`%`,`r2`@`%` TO `lim`@`%`',
      'GRANT `on` TO `lim`@`%`',
      'SET DEFAULT ROLE `r1` FOR `lim`@`%`',
      "GRANT PROXY ON ''@'%' TO 'root'@'localhost' WITH GRANT OPTION",
      '',
    ])
      expect(parse(line), line).to.equal(undefined);
  });

  it('reads back any names', () => {
    const name = fc.string({ minLength: 1, unit: fc.constantFrom(...'ab`\'".,()@*\\_% ON TO') });
    fc.assert(
      fc.property(name, name, name, (database, table, user) => {
        const quoted = (text: string) => `\`${text.replaceAll('`', '``')}\``;
        expect(
          parse(
            `GRANT SELECT (${quoted(table)}), TRIGGER ON ${quoted(database)}.${quoted(table)} TO ${quoted(user)}@\`%\``,
          ),
        ).to.deep.equal({
          verb: 'grant',
          rights: ['TRIGGER'],
          level: 'table',
          database,
          object: table,
          grantee: `${user}@%`,
        });
      }),
    );
  });
});
