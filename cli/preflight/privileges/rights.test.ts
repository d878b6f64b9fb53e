import { expect } from 'chai';
import { PASSWORD, type SourceServer } from '../../../testing/databases/source-server.ts';
import { SERVERS } from '../../../testing/databases/source-servers.ts';
import { connect } from '../../mysql/connect.ts';
import { parseGrants } from './grants.ts';
import { type GrantRules, Rights } from './rights.ts';

const rightsOf = (lines: readonly string[], rules: Partial<GrantRules> = {}) =>
  new Rights(parseGrants(lines.map(line => `${line} TO \`u\`@\`%\``)), {
    ...{ flavour: 'mariadb', areNamesLiteral: false, ignoresCase: false, hasActiveRoles: false },
    ...rules,
  });

describe('rights', () => {
  it('are given by the server, the database or the table', () => {
    expect(rightsOf(['GRANT SELECT ON *.*']).onDatabase('SELECT', 'd')).to.equal(true);
    expect(rightsOf(['GRANT ALL PRIVILEGES ON `d`.*']).onDatabase('TRIGGER', 'd')).to.equal(true);
    const onTable = rightsOf(['GRANT SELECT ON `d`.`t`']);
    expect(onTable.onDatabase('SELECT', 'd')).to.equal(false);
    expect(onTable.onTable('SELECT', 'd', 't')).to.equal(true);
    expect(onTable.onTable('SELECT', 'd', 'other')).to.equal(false);
    expect(onTable.onTable('SELECT', 'other', 't')).to.equal(false);
    expect(rightsOf(['GRANT EXECUTE ON FUNCTION `d`.`f`']).onTable('EXECUTE', 'd', 'f')).to.equal(false);
  });

  it('of a pattern are those of every name that fits', () => {
    for (const [pattern, database, fits] of [
      ['pt_xyz', 'pt_xyz', true],
      ['pt_xyz', 'ptaxyz', true],
      ['pt\\_xyz', 'pt_xyz', true],
      ['pt\\_xyz', 'ptaxyz', false],
      ['pt%', 'pt_xyz', true],
      ['pt\\%', 'pt%', true],
      ['pt\\%', 'ptx', false],
      ['%', 'anything', true],
      ['a.b', 'axb', false],
      ['a[b]+(c', 'a[b]+(c', true],
      ['a\\\\b', 'a\\b', true],
      ['Shop', 'shop', false],
      ['_', '🐈', true],
    ] as const)
      expect(
        rightsOf([`GRANT EVENT ON \`${pattern}\`.*`]).onDatabase('EVENT', database),
        `${pattern} ${database}`,
      ).to.equal(fits);
  });

  it('of names are without regard to case only where the server is', () =>
    expect(rightsOf(['GRANT EVENT ON `Shop`.*'], { ignoresCase: true }).onDatabase('EVENT', 'shop')).to.equal(true));

  it('can be revoked in part', () => {
    const revoking = new Rights(
      parseGrants(['GRANT SELECT, EVENT ON *.* TO `u`@`%`', 'REVOKE EVENT ON `d_1`.* FROM `u`@`%`']),
      { flavour: 'mysql', areNamesLiteral: true, ignoresCase: false, hasActiveRoles: false },
    );
    expect(revoking.onDatabase('EVENT', 'd_1')).to.equal(false);
    expect(revoking.onDatabase('EVENT', 'dx1')).to.equal(true);
    expect(revoking.onDatabase('SELECT', 'd_1')).to.equal(true);
    expect([revoking.everywhere('EVENT'), revoking.everywhere('SELECT')]).to.deep.equal([false, true]);
  });

  it('of a role and of the user are both in force', () => {
    const rights = new Rights(
      parseGrants([
        'GRANT SELECT ON `d`.* TO `u`@`%`',
        'GRANT EVENT ON `d%`.* TO `role`',
        'GRANT TRIGGER ON `d`.* TO PUBLIC',
      ]),
      { flavour: 'mariadb', areNamesLiteral: false, ignoresCase: false, hasActiveRoles: false },
    );
    for (const right of ['SELECT', 'EVENT', 'TRIGGER']) expect(rights.onDatabase(right, 'd'), right).to.equal(true);
  });

  it('are fixed in the row that counts, and a new row takes nothing away', () => {
    const rowOf = (...lines: string[]) => rightsOf(lines).grantedRow('pt_xyz', 'u@%');
    expect(rowOf()).to.deep.equal({ pattern: 'pt\\_xyz', rights: [] });
    expect(rowOf('GRANT SELECT ON `pt_xyz`.*')).to.deep.equal({ pattern: 'pt_xyz', rights: [] });
    expect(rowOf('GRANT SELECT ON `pt\\_xyz`.*')).to.deep.equal({ pattern: 'pt\\_xyz', rights: [] });
    expect(rowOf('GRANT SELECT, INSERT ON `pt%`.*')).to.deep.equal({
      pattern: 'pt\\_xyz',
      rights: ['SELECT', 'INSERT'],
    });
  });

  for (const { name, flavour, open } of SERVERS)
    describe(`of ${name}`, function () {
      this.timeout(60_000);
      let server: SourceServer;
      before(async function () {
        const opened = await open();
        if (!opened) return this.skip();
        server = opened;
        await server.sql(
          'drop database if exists pt_rights; create database pt_rights; create table pt_rights.t (i int)',
        );
      });
      after(async () => {
        await server?.sql(`drop user if exists lumbung@'%'; drop database if exists pt_rights`);
        await server?.[Symbol.asyncDispose]();
      });

      /** SHOW EVENTS is answered by the right EVENT alone. */
      it('are seen as the server sees them when several patterns fit', async () => {
        const patterns = [
          'pt\\_rights',
          'pt_rights',
          'pt%',
          'pt\\_r%',
          'pt_r%',
          '%',
          'pt_right_',
          'p%s',
          '%rights',
          'pt\\_right_',
        ];
        const disagreed: string[] = [];
        for (const withEvent of patterns)
          for (const without of patterns.filter(pattern => pattern !== withEvent)) {
            await server.sql(
              `drop user if exists lumbung@'%'; create user lumbung@'%' identified by '${PASSWORD}';
               grant select on *.* to lumbung@'%';
               grant trigger on \`${without}\`.* to lumbung@'%'; grant trigger, event on \`${withEvent}\`.* to lumbung@'%'`,
            );
            using session = await connect(server.source('pt_rights', { ssl: 'off' }), {
              signal: AbortSignal.timeout(10_000),
            });
            const isAllowed = await session.ask('show events').then(
              () => true,
              () => false,
            );
            const grants = (await session.ask('show grants')).map(([line]) => String(line));
            const rights = new Rights(parseGrants(grants), {
              ...{ flavour, areNamesLiteral: false, ignoresCase: false, hasActiveRoles: false },
            });
            const isSeen = rights.onDatabase('EVENT', 'pt_rights');
            // Which of two equals counts depends on MySQL's memory: then the right is never assumed.
            const isOpen = flavour === 'mysql' && firstWildcard(withEvent) === firstWildcard(without);
            if (isOpen ? isSeen : isSeen !== isAllowed)
              disagreed.push(`${withEvent} against ${without}: the server says ${isAllowed}`);
          }
        expect(disagreed).to.deep.equal([]);
      });
    });
});

function firstWildcard(pattern: string): number {
  return pattern.replace(/\\./g, '\\x').search(/[%_]/);
}
