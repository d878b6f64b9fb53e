import { expect } from 'chai';
import { checkReporter } from './checks/check.ts';
import { renderCheck, renderMail, renderOpen, renderSummary, reportOf, withoutRepeated } from './render.ts';

const { ok, warn, fail } = checkReporter('database', 'pt_xyz');

describe('render', () => {
  it('gives each check a line with its mark, and one with what to do', () => {
    expect(renderCheck(ok('is fine'))).to.equal('ok    database  pt_xyz: is fine');
    expect(renderCheck(warn('is slow', 'Wait.'))).to.equal(
      'warn  database  pt_xyz: is slow\n        what to do: Wait.',
    );
    expect(renderCheck(fail('is gone'))).to.match(/^FAIL {2}database/);
  });

  it('lets no server write to the terminal, nor a mark at the beginning of a line', () => {
    const text = renderCheck(fail('said \u001b[2J\nok    all is well'));
    expect(text).not.to.contain('\u001b');
    expect(text).not.to.match(/^ok/m);
  });

  it('sums up', () => {
    expect(renderSummary([ok('a'), ok('b'), warn('c'), fail('d')])).to.equal('4 checks: 2 ok, 1 warning, 1 problem.');
    expect(renderSummary([ok('a')])).to.equal('1 check: 1 ok, 0 warnings, 0 problems.');
  });

  it('puts what is not ok behind all else, the problems last, with what to do', () => {
    expect(renderOpen([fail('c', 'Fix c.'), ok('a'), warn('b', 'Look at b.')])).to.equal(
      'warn  database  pt_xyz: b\n        what to do: Look at b.\nFAIL  database  pt_xyz: c\n        what to do: Fix c.',
    );
    expect(renderOpen([ok('a')])).to.equal('');
  });

  it('says a cause that several databases share once, with their names', () => {
    const down = (label: string) =>
      checkReporter('database', label).fail('127.0.0.1:33065 refuses connections', 'Start it.');
    const names = Array.from({ length: 12 }, (_, index) => `db_${index}`);
    const checks = [...names.map(down), checkReporter('database', 'pt_abc').fail('is something else')];
    const expected = `FAIL  database  ${names.slice(0, 10).join(', ')} and 2 more: 127.0.0.1:33065 refuses connections
        what to do: Start it.
FAIL  database  pt_abc: is something else`;
    expect(renderOpen(checks)).to.equal(expected);
    expect(renderMail(checks, 'now')).to.equal(`sade doctor: 13 problems (0 ok), now\n${expected}`);
  });

  it('counts what the last run met and is still so once, and says that the last run had it', () => {
    const last = checkReporter('last run', 'of today');
    const checks = [
      ...[fail('no right (X)', 'GRANT x'), fail('is down')],
      last.fail('ended with exit code 1: 1 of 1 database needs attention (0 ok)'),
      ...[last.fail('pt_xyz is incomplete: no right (X)', 'GRANT x'), last.fail('pt_xyz failed in its dump: is down')],
      ...[last.fail('pt_abc failed in its dump: is down'), last.fail('pt_xyz is incomplete: another (Y)')],
    ];
    expect(withoutRepeated(checks).map(({ message }) => message)).to.deep.equal([
      ...['no right (X); the last run had this, too', 'is down; the last run had this, too'],
      'ended with exit code 1: 1 of 1 database needs attention (0 ok)',
      ...['pt_abc failed in its dump: is down', 'pt_xyz is incomplete: another (Y)'],
    ]);
  });

  it('begins a mail with the verdict and the problems, and writes none where all is well', () => {
    expect(renderMail([ok('a'), warn('b'), warn('b'), fail('c', 'Fix c.')], '28 Nov 2026 15:00 +07:00')).to.equal(
      'sade doctor: 1 problem, 2 warnings (1 ok), 28 Nov 2026 15:00 +07:00\n' +
        'FAIL  database  pt_xyz: c\n        what to do: Fix c.\n' +
        'warn  database  pt_xyz: b',
    );
    expect(renderMail([ok('a')], 'now')).to.equal('');
  });

  it('ends well unless there is a problem', () => {
    expect(reportOf([ok('a'), warn('b')]).exitCode).to.equal(0);
    expect(reportOf([ok('a'), fail('b')]).exitCode).to.equal(1);
  });
});
