import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { sampleReport, sampleSource } from '../../testing/cli/samples.ts';
import { ExplainedError } from '../errors.ts';
import { DumpObserver } from './dump-observer.ts';
import { buildManifest, type DumpFacts } from './manifest-builder.ts';

const SQL = 'CREATE TABLE `t` (a int);\nINSERT INTO `t` VALUES (1),(2);\n';
const MARKER = '-- Dump completed on 2026-01-01  0:00:00\n';

const FACTS: DumpFacts = {
  source: sampleSource({ label: 'shop', database: 'shop', host: 'db1', user: 'ani', password: 'geheim' }),
  fileName: 'shop.sql.zip',
  report: undefined,
  client: { path: 'mariadb-dump', flavour: 'mariadb', version: '10.11.19' } as DumpFacts['client'],
  findings: [],
  startedAt: new Date(0),
  endedAt: new Date(1000),
};

const SEALED = { size: 100, sha256: Buffer.alloc(32) };

describe('manifest-builder', () => {
  const manifestOf = (dump: string) => {
    const observer = new DumpObserver();
    for (let from = 0; from < dump.length; from += 7) observer.observe(Buffer.from(dump.slice(from, from + 7)));
    return buildManifest(observer.end(), FACTS, SEALED);
  };

  it('tells what went by', () => {
    const { state, findings, dump } = manifestOf(SQL + MARKER);
    expect({ state, findings }).to.deep.equal({ state: 'complete', findings: [] });
    expect(dump).to.include({
      ...{ size: SQL.length + MARKER.length, rows: 2, ends_with_marker: true },
      sha256: createHash('sha256')
        .update(SQL + MARKER)
        .digest('hex'),
    });
  });

  it('has the longest statement, and which table that fills', () => {
    expect(manifestOf(SQL + MARKER).dump.longest_statement).to.deep.equal({ bytes: 31, table: 't' });
    const definition = 'CREATE TABLE `u` (a int, b int, c int, d int, e int);\n';
    expect(manifestOf(SQL + definition + MARKER).dump.longest_statement).to.deep.equal({
      bytes: definition.length - 1,
      table: null,
    });
    expect(manifestOf(MARKER).dump.longest_statement).to.equal(null);
  });

  it('has the defaults of the database, which no dump holds, or null where no one could tell', () => {
    const observer = new DumpObserver();
    observer.observe(Buffer.from(SQL + MARKER));
    const defaults = { characterSet: 'latin1', collation: 'latin1_swedish_ci' };
    const report = sampleReport({ defaults, objects: { tables: ['t'] } });
    const { source, manifest_version } = buildManifest(observer.end(), { ...FACTS, report }, SEALED);
    expect(manifest_version).to.equal(2);
    expect(source).to.include({ character_set: 'latin1', collation: 'latin1_swedish_ci' });
    expect(manifestOf(SQL + MARKER).source).to.include({ character_set: null, collation: null });
  });

  for (const [where, dump] of [
    ['within a string', `${SQL}INSERT INTO \`t\` VALUES ('\n${MARKER}`],
    ['between two rows', `${SQL}INSERT INTO \`t\` VALUES (1),\n${MARKER}`],
    ['within a comment that is not closed', `${SQL}/*\n${MARKER}`],
    ['within a comment that is closed', `${SQL}/*\n${MARKER.trim()} */\n`],
    ['under another delimiter', `${SQL}DELIMITER ;;\n${MARKER}`],
  ] as const)
    it(`keeps a dump whose last line is the marker ${where}, but calls it incomplete`, () => {
      const { state, findings, dump: told } = manifestOf(dump);
      expect(findings.map(({ code }) => code)).to.deep.equal(['UNTERMINATED_STATEMENT']);
      expect(findings[0]!.advice).to.contain('check its end').and.contain('report');
      expect(state).to.equal('incomplete');
      expect(told).to.include({ ends_with_marker: true, size: dump.length });
    });

  it('calls a dump incomplete in which the client would see a command of its own', () => {
    const { state, findings } = manifestOf(`${SQL}CREATE PROCEDURE p() SELECT 'x\\', 'x\\';\n${MARKER}`);
    expect({ state, codes: findings.map(({ code }) => code) }).to.deep.equal({
      ...{ state: 'incomplete', codes: ['BACKSLASH_READ_AS_COMMAND'] },
    });
  });

  for (const [what, dump] of [
    ['is cut off', SQL],
    ['goes on behind the marker', `${MARKER}${SQL}`],
    ['goes on in the line of the marker', `${SQL}SELECT 1;${MARKER}`],
    ['ends with a long line that holds the marker', `${SQL}x-- Dump completed${' '.repeat(4096 - 17)}`],
    ['is empty', ''],
  ] as const)
    it(`throws when what was zipped ${what}, though mysqldump had ended it well`, () => {
      expect(() => manifestOf(dump))
        .to.throw(ExplainedError, 'what was zipped is not a complete dump')
        .with.property('advice')
        .that.contains('changed in the work folder');
    });
});
