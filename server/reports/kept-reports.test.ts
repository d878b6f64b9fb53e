import { expect } from 'chai';
import { sampleDrill } from '../../testing/service/sample-reports.ts';
import type { Storage } from '../storage/storage.ts';
import { keepReport, keptReports } from './kept-reports.ts';

describe('the reports beside the backups', () => {
  const storage = () => {
    let text: string | undefined;
    const keeps: Pick<Storage, 'changeText' | 'getText'> = {
      async changeText(_, change) {
        text = change(text);
      },
      getText: async () => text,
    };
    return { storage: keeps as Storage, size: () => text?.length ?? 0 };
  };
  const keep = (storage: Storage, fields: Parameters<typeof sampleDrill>[0] = {}) => {
    const report = sampleDrill(fields);
    const sent = { kind: 'drill' as const, report, json: JSON.stringify(report) };
    return keepReport(storage, { sent, storedAt: new Date('2026-11-24T06:02:00.000Z') });
  };
  const read = async (storage: Storage, database = 'pt_xyz') => {
    const kept = [];
    for await (const one of keptReports(storage, database, 'drill')) kept.push(one);
    return kept;
  };

  it('are at most 400 of a kind, the newest', async () => {
    const { storage: keeps } = storage();
    for (let i = 0; i < 405; i++) await keep(keeps, { made_by: `${i}` });
    const kept = (await read(keeps)).map(one => (one instanceof Error ? one : one.sent.report.made_by));
    expect([kept.length, kept[0], kept.at(-1)]).to.deep.equal([400, '5', '404']);
  });

  it('are at most 8 MiB, and always the newest one', async () => {
    const { storage: keeps, size } = storage();
    const [object, expected, found] = Array.from({ length: 3 }, () => 'x'.repeat(480)) as [string, string, string];
    const differences = Array.from({ length: 100 }, () => ({ kind: 'table', object, expected, found }));
    const long = Array.from({ length: 100 }, () => 'x'.repeat(480));
    const large = {
      not_tested: long,
      differences,
      difference_count: 100,
      outcome: 'not_restorable',
      reason: 'x',
    } as const;
    for (let i = 0; i < 50; i++) await keep(keeps, { ...large, made_by: `${i}` });
    expect(size()).to.be.within(7 * 1024 ** 2, 8 * 1024 ** 2);
    const last = (await read(keeps)).at(-1)!;
    expect(last).to.have.nested.property('sent.report.made_by', '49');
  });

  it('are read with when they were stored, and not as those of another database', async () => {
    const { storage: keeps } = storage();
    await keep(keeps);
    const [kept] = await read(keeps);
    expect(kept).to.deep.include({ storedAt: new Date('2026-11-24T06:02:00.000Z') });
    const [other] = await read(keeps, 'pt_abc');
    expect(other).to.be.instanceOf(Error);
  });
});
