import { expect } from 'chai';
import { marker } from './check.ts';
import { renderCheck, renderSummary, reportOf } from './render.ts';

const { ok, warn, fail } = marker('database', 'pt_xyz');

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

  it('ends well unless there is a problem', () => {
    expect(reportOf([ok('a'), warn('b')]).exitCode).to.equal(0);
    expect(reportOf([ok('a'), fail('b')]).exitCode).to.equal(1);
  });
});
