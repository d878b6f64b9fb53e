import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { globalRights, restoreUserStatements } from './restore-rights.ts';

const PAGE = join(import.meta.dirname, '../../../docs/how-to/make-a-user-that-restores.md');

describe('the rights of a user that restores', () => {
  it('are those on the page that shows how to make one, for each kind of server', async () => {
    const page = await readFile(PAGE, 'utf8');
    const documented = [...page.matchAll(/```sql\n([^`]*(?:`[^`]+`[^`]*)*)```/g)].map(([, block]) => block);
    const wanted = (
      [
        ['mariadb', '10.11.19'],
        ['mysql', '9.0.1'],
        ['mysql', '8.0.36'],
      ] as const
    ).map(([flavour, version]) =>
      restoreUserStatements({ flavour, version }, 'pt_xyz', "lumbung_restore@'192.168.0.%'"),
    );
    expect(documented).to.deep.equal(wanted.map(statements => `${statements.join('\n')}\n`));
  });

  it('need SUPER on servers that have no smaller right for it, and none on MariaDB without definers', () => {
    const names = (flavour: 'mysql' | 'mariadb', version: string, keepsDefiners: boolean) =>
      globalRights({ flavour, version }, keepsDefiners).map(({ right }) => right);
    expect(names('mariadb', '10.4.34', true)).to.deep.equal(['SUPER']);
    expect(names('mysql', '5.7.44', true)).to.deep.equal(['SUPER']);
    expect(names('mariadb', '11.8.2', false)).to.deep.equal([]);
    expect(names('mysql', '8.4.0', false)).to.deep.equal(['SESSION_VARIABLES_ADMIN']);
  });
});
