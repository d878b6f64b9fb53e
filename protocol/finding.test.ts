import { expect } from 'chai';
import { finding, findingList, stateOf } from './finding.ts';
import { FINDINGS, type FindingCode } from './finding-codes.ts';

describe('finding', () => {
  it('has the severity of its code', () => {
    expect(finding('TRIGGERS_NOT_GRANTED', 'x', 'y')).to.deep.equal({
      code: 'TRIGGERS_NOT_GRANTED',
      severity: 'incomplete',
      message: 'x',
      advice: 'y',
    });
    expect(finding('CLIENT_OLDER_THAN_SERVER', 'x')).to.deep.equal({
      code: 'CLIENT_OLDER_THAN_SERVER',
      severity: 'warning',
      message: 'x',
    });
  });

  it('with the severity incomplete makes a backup incomplete, also beside other findings', () => {
    const warnings = Object.keys(FINDINGS).filter(code => FINDINGS[code as FindingCode] === 'warning');
    const harmless = warnings.map(code => finding(code as FindingCode, 'x'));
    expect(stateOf([])).to.equal('complete');
    expect(stateOf(harmless)).to.equal('complete');
    expect(stateOf([...harmless, finding('NO_MANIFEST', 'x')])).to.equal('unverified');
    for (const [code, severity] of Object.entries(FINDINGS)) {
      if (severity !== 'incomplete') continue;
      const found = finding(code as FindingCode, 'x');
      expect(stateOf([found]), code).to.equal('incomplete');
      expect(stateOf([...harmless, finding('NO_MANIFEST', 'x'), found]), code).to.equal('incomplete');
    }
  });

  describe('in a document', () => {
    const isFine = (...list: object[]) => findingList.isValidSync(list, { strict: true });

    it('is accepted unchanged, also with a code that only a newer version knows', () => {
      expect(isFine(finding('ROW_COUNT_DROPPED', 'x'))).to.equal(true);
      expect(isFine({ code: 'MOON_IS_FULL', severity: 'incomplete', message: 'x' })).to.equal(true);
    });

    it('may not have a lower severity than its code', () => {
      for (const severity of ['warning', 'unverified'])
        expect(isFine({ code: 'TRIGGERS_NOT_GRANTED', severity, message: 'x' }), severity).to.equal(false);
    });

    it('is refused when it has no valid code, severity or message', () => {
      for (const odd of [
        null as never,
        5 as never,
        {},
        { code: 'x', severity: 'warning', message: 'x' },
        { ...finding('ROW_COUNT_DROPPED', 'x'), severity: 'fine' },
      ])
        expect(isFine(odd), JSON.stringify(odd)).to.equal(false);
    });
  });
});
