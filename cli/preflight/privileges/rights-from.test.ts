import { expect } from 'chai';
import type { GrantRules } from './rights.ts';
import { rightsFrom } from './rights-from.ts';

const RULES: GrantRules = { flavour: 'mariadb', areNamesLiteral: false, ignoresCase: false, hasActiveRoles: false };

describe('rights-from', () => {
  it('reads the same grants once, and others each time, however many accounts take turns', () => {
    const linesOf = (user: number, database: string) => [`GRANT SELECT ON \`${database}\`.* TO \`u${user}\`@\`%\``];
    const first = rightsFrom(linesOf(0, 'a'), RULES);
    expect(rightsFrom(linesOf(0, 'a'), { ...RULES })).to.equal(first);
    for (let user = 0; user < 40; user += 1)
      for (const database of ['a', 'b']) {
        const rights = rightsFrom(linesOf(user, database), RULES);
        expect(rights.onDatabase('SELECT', database)).to.equal(true);
        expect(rights.onDatabase('SELECT', database === 'a' ? 'b' : 'a')).to.equal(false);
      }
  });

  it('reads the same grants by other rules again', () => {
    const lines = ['GRANT SELECT ON `Pt_xyz`.* TO `u`@`%`'];
    expect(rightsFrom(lines, RULES).onDatabase('SELECT', 'ptaxyz')).to.equal(false);
    expect(rightsFrom(lines, { ...RULES, ignoresCase: true }).onDatabase('SELECT', 'ptaxyz')).to.equal(true);
    expect(
      rightsFrom(lines, { ...RULES, ignoresCase: true, areNamesLiteral: true }).onDatabase('SELECT', 'ptaxyz'),
    ).to.equal(false);
  });
});
