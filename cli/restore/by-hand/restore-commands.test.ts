import { expect } from 'chai';
import { restoredName } from '../../../protocol/database-name.ts';
import { manifestWith } from '../../../testing/zips/sample-manifest.ts';
import { createStatement, loadCommand, userStatements } from './restore-commands.ts';

const manifest = manifestWith({ file_name: 'x' });
const of = (source: object) => ({ ...manifest, source: { ...manifest.source, ...source } });

describe('the name of the database that a backup is loaded into', () => {
  it('is no longer than a server takes, and ends as it should', () => {
    expect(restoredName('pt_xyz')).to.equal('pt_xyz_restored');
    const long = restoredName('🦊'.repeat(64));
    expect([...long]).to.have.length(64);
    expect(long).to.match(/^(?:🦊)+_restored$/u);
  });
});

describe('the commands of a restore', () => {
  it('make the database with the defaults of the original, where they are known', () => {
    const awkward = of({ database: 'a`b', character_set: 'latin1', collation: 'latin1_bin' });
    expect(createStatement(awkward)).to.equal(
      'CREATE DATABASE `a``b_restored` CHARACTER SET latin1 COLLATE latin1_bin;',
    );
    expect(createStatement(of({ collation: null }))).to.equal(undefined);
  });

  it('make a user that has rights on the new database only, and can keep definers', () => {
    expect(userStatements(of({ database: 'a`b', server: { flavour: 'mariadb', version: '11.8' } }))).to.deep.equal([
      "CREATE USER IF NOT EXISTS lumbung_restore@localhost IDENTIFIED BY 'a long password';",
      'GRANT ALL ON `a``b\\_restored`.* TO lumbung_restore@localhost;',
      'GRANT SET USER ON *.* TO lumbung_restore@localhost;',
    ]);
    const mysql = userStatements(of({ server: { flavour: 'mysql', version: '9.0' } })).join('\n');
    expect(mysql).to.contain('GRANT SET_ANY_DEFINER, ').and.not.contain('SET USER');
  });

  it('load with the client of the server that was dumped, whichever program dumped it', () => {
    const mysql = loadCommand("/tmp/o'clock.zip", of({ server: { flavour: 'mysql', version: '9.0' } }));
    expect(mysql).to.match(
      /^unzip -p '\/tmp\/o'\\''clock.zip' \| mysql -u lumbung_restore -p --binary-mode --comments /,
    );
    expect(mysql).to.contain("--init-command='SET innodb_strict_mode = 0' pt_xyz_restored");
    expect(loadCommand('x', of({ server: null })))
      .to.contain(' | mariadb -u ')
      .and.contain('check_constraint_checks = 0');
  });
});
