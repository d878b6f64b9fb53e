import { expect } from 'chai';
import { finding } from '../../../protocol/finding.ts';
import { FINDINGS, FORMER_CODES } from '../../../protocol/finding-codes.ts';
import { sampleBackup } from '../../../testing/history/sample-backup.ts';
import { sampleManifest } from '../../../testing/zips/sample-manifest.ts';
import { sampleZip } from '../../../testing/zips/sample-zip.ts';
import { formatSidecar, parseSidecar } from './sidecar.ts';

const zip = sampleZip({ database: 'データ' });
const findings = [finding('SHRUNK', 'fell', 'Look.'), finding('DUMP_STDERR_WARNING', 'hm')];

const wish: Parameters<typeof sampleBackup>[0] = {
  zip,
  id: 7,
  size: 2 ** 43,
  state: 'complete',
  findings: JSON.stringify(findings),
  manifest: JSON.stringify({ ...sampleManifest(zip), a_newer_key: 1 }),
  checkedAt: new Date(),
  damage: 'gone',
  shrunkFrom: sampleZip().fileName,
  acceptedAt: new Date('2023-11-01T08:00:00.123Z'),
  acceptedBy: null,
  acceptedFor: 'on purpose',
};
const backup = sampleBackup(wish);

describe('the record of a backup', () => {
  it('reads back what it wrote', () => {
    expect(parseSidecar(formatSidecar(backup, []), zip)).to.deep.equal({
      record_version: 1,
      id: 7,
      database: zip.database,
      file_name: zip.fileName,
      taken_at: '2023-10-31T00:00:00.000Z',
      received_at: '2023-10-31T00:00:07.123Z',
      size: 2 ** 43,
      sha256: zip.sha256,
      dump_size: zip.dump.size,
      dump_sha256: zip.dump.sha256,
      state: 'complete',
      findings,
      manifest: { ...sampleManifest(zip), a_newer_key: 1 },
      loss: {
        reference: backup.shrunkFrom,
        acceptance: { at: '2023-11-01T08:00:00.123Z', by: null, reason: 'on purpose' },
      },
    });
  });

  it('has no loss where nothing was lost, like those of earlier versions, and no acceptance before someone accepts', () => {
    const read = (more: typeof wish) => parseSidecar(formatSidecar(sampleBackup({ ...wish, ...more }), []), zip);
    expect(read({ shrunkFrom: null })).to.not.have.property('loss');
    const { shrunkFrom: reference } = backup;
    expect(read({ acceptedAt: null })).to.deep.include({ loss: { reference, acceptance: null } });
  });

  it('is read with the codes of today where an earlier version wrote it', () => {
    const record = JSON.parse(formatSidecar(sampleBackup({ ...wish, manifest: null }), []));
    for (const [code, today] of Object.entries(FORMER_CODES)) {
      const found = { code, severity: FINDINGS[today], message: 'x' };
      const state = found.severity === 'incomplete' ? 'incomplete' : 'complete';
      const read = parseSidecar(JSON.stringify({ ...record, state, findings: [found] }), zip);
      expect(read).to.deep.include({ state, findings: [{ ...found, code: today }] });
    }
  });

  it('is read back where little is known', () => {
    const little = sampleBackup({ ...wish, findings: null, dumpSize: null, dumpSha256: null, manifest: null });
    const unknown = { findings: [], dump_size: null, dump_sha256: null, manifest: null };
    expect(parseSidecar(formatSidecar(little, []), zip)).to.deep.include(unknown);
  });

  it('is refused for another file or database, and names its own', () => {
    const other = sampleZip();
    expect(parseSidecar(formatSidecar(backup, []), { ...zip, fileName: other.fileName })).to.contain(zip.fileName);
    expect(parseSidecar(formatSidecar(backup, []), { ...zip, database: 'x' })).to.contain(zip.database);
  });

  it('is refused when it is cut off, or is wrong in any part', () => {
    const text = formatSidecar(backup, []);
    for (const length of [0, 1, 100, text.length - 1])
      expect(parseSidecar(text.slice(0, length), zip), `${length}`).to.contain('is no JSON');
    const record = JSON.parse(text);
    for (const name of Object.keys(record).filter(name => name !== 'loss')) {
      const { [name]: _, ...rest } = record;
      expect(parseSidecar(JSON.stringify(rest), zip), `without ${name}`).to.contain('is wrong');
      expect(parseSidecar(JSON.stringify({ ...record, [name]: 'x' }), zip), `${name} x`).to.match(
        /is wrong|belongs to the file/,
      );
    }
    for (const wrong of [
      { record_version: 2 },
      { id: 0 },
      { id: 2 ** 32 },
      { size: -1 },
      { dump_size: 0.5 },
      { received_at: '2023-10-31' },
      { findings: [{}] },
      { manifest: {} },
      { loss: {} },
      { loss: { reference: record.loss.reference } },
      { loss: { ...record.loss, reference: 'x' } },
      { loss: { ...record.loss, acceptance: { at: 'yesterday', by: null, reason: 'x' } } },
      { manifest: { ...record.manifest, manifest_version: 3 } },
    ])
      expect(parseSidecar(JSON.stringify({ ...record, ...wrong }), zip), JSON.stringify(wrong)).to.contain('is wrong');
    for (const text of ['null', '[]', '1']) expect(parseSidecar(text, zip), text).to.contain('is wrong');
  });
});
