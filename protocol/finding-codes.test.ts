import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { findingList, findingsAsSent } from './finding.ts';
import { currentCode, FINDINGS, FORMER_CODES, withCurrentCodes } from './finding-codes.ts';

const CODES = Object.entries(FORMER_CODES);

describe('finding codes', () => {
  it('stand in the documentation, each with its weight and its former name', async () => {
    const text = await readFile(new URL('../docs/reference/findings.md', import.meta.url), 'utf8');
    const sections = text.split(/^### /m).slice(1);
    expect(sections).to.have.length(Object.keys(FINDINGS).length);
    const parts = sections.map(section => {
      const [, code, severity] = /^`([A-Z_]+)`\n\n\*\*(\w+)\*\*: \S/.exec(section) ?? [];
      return { code, severity, former: /^Called `([A-Z_]+)` before\.$/m.exec(section)?.[1] };
    });
    expect(Object.fromEntries(parts.map(({ code, severity }) => [code, severity]))).to.deep.equal(FINDINGS);
    const renamed = parts.flatMap(({ code, former }) => (former ? [[former, code]] : []));
    expect(Object.fromEntries(renamed)).to.deep.equal(FORMER_CODES);
  });

  it('have former names that are no codes of today', () => {
    expect(CODES.filter(([former]) => former in FINDINGS)).to.deep.equal([]);
    expect(currentCode('SHRUNK')).to.equal('SHRUNK');
    expect(currentCode('constructor')).to.equal('constructor');
  });

  it('may not have a lower severity under a former name', () => {
    for (const [code, today] of CODES)
      for (const severity of ['incomplete', 'unverified', 'warning']) {
        const isFine = findingList.isValidSync([{ code, severity, message: 'x' }], { strict: true });
        expect(isFine, `${code} as ${severity}`).to.equal(severity === FINDINGS[today]);
      }
  });

  it('are renamed at any depth of an answer, and nothing else is', () => {
    const answer = {
      data: [
        { latest: { worst_finding: 'DUMP_SAID', loss: [{ code: 'DUMP_EMPTIED', severity: 'incomplete' }] } },
        null,
      ],
      code: 'DUMP_SAID',
      message: 'DUMP_SAID',
    };
    expect(withCurrentCodes(answer)).to.deep.equal({
      data: [
        {
          latest: {
            worst_finding: 'DUMP_STDERR_WARNING',
            loss: [{ code: 'DATABASE_EMPTIED', severity: 'incomplete' }],
          },
        },
        null,
      ],
      code: 'DUMP_SAID',
      message: 'DUMP_SAID',
    });
  });

  it('are answered as they were sent', () => {
    const findings = [{ code: 'DUMP_STDERR_WARNING' }, { code: 'SHRUNK' }];
    expect(findingsAsSent(findings, ['DUMP_SAID'])).to.deep.equal([{ code: 'DUMP_SAID' }, { code: 'SHRUNK' }]);
    expect(findingsAsSent(findings, [])).to.deep.equal(findings);
  });
});
