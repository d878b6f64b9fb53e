import { expect } from 'chai';
import { ALARM_KINDS } from '../configuration/alarm-kinds.ts';
import { digestMessage } from './digest-message.ts';
import type { DigestAlarm } from './read-digest.ts';

describe('the lines of a digest about alarms', () => {
  const alarm = (fields: Partial<DigestAlarm> = {}): DigestAlarm => ({
    kind: 'run_failed',
    subject: 'acme_shop',
    databaseName: 'acme_shop',
    severity: 'warning',
    summary: 'acme_shop was not backed up: the disk is full',
    openedAt: new Date('2026-11-30T00:00:00Z'),
    acknowledgedBy: null,
    detail: {},
    ...fields,
  });
  const lines = (language: 'en' | 'id', { open = [], closed = [] }: { open?: DigestAlarm[]; closed?: DigestAlarm[] }) =>
    digestMessage(
      {
        ...{ now: new Date('2026-11-30T07:00:00Z'), group: 'acme', states: { ok: 1 }, open, opened: [], closed },
        ...{ storage: undefined, proven: undefined, removed: undefined, missedDays: [], off: [] },
      },
      { language, timezone: 'UTC' },
    ).lines;

  it('say how an alarm has ended, and not again what it was', () => {
    const ended = alarm({ detail: { ending: 'is paused by budi, and has no new backup' } });
    const closed = [alarm(), ended];
    expect(lines('en', { closed })).to.include.members([
      '- over: acme_shop was backed up again',
      '- over: acme_shop is paused by budi, and has no new backup',
    ]);
  });

  it('name the days on which none came, and when the service was off, on the clocks of the configuration', () => {
    const off = [{ from: new Date('2026-11-28T03:00:00Z'), until: new Date('2026-11-29T23:00:00Z') }];
    const facts = {
      ...{
        now: new Date('2026-11-30T00:00:00Z'),
        group: undefined,
        states: { ok: 1 },
        open: [],
        opened: [],
        closed: [],
      },
      ...{ storage: undefined, proven: undefined, removed: undefined, missedDays: ['2026-11-29'], off },
    };
    const said = (more: object, language: 'en' | 'id') =>
      digestMessage({ ...facts, ...more }, { language, timezone: 'Asia/Jakarta' }).lines.slice(1, 3);
    expect(said({}, 'id')).to.deep.equal([
      'Ringkasan tanggal 2026-11-29 tidak terkirim: ringkasan ini juga mencakup waktu itu.',
      'Layanan tidak berjalan dari 2026-11-28 10:00 +07:00 (Asia/Jakarta) sampai 2026-11-30 06:00 +07:00 (Asia/Jakarta).',
    ]);
    const many = ['2026-11-25', '2026-11-26', '2026-11-27', '2026-11-28'];
    expect(said({ missedDays: many, off: [] }, 'en')[0]).to.equal(
      'No digest came on 2026-11-25 to 2026-11-28: this one is about that time, too.',
    );
  });

  it('are in Indonesian for each kind of alarm, where the digest is', () => {
    for (const kind of ALARM_KINDS) {
      const all = lines('id', { open: [alarm({ kind })], closed: [alarm({ kind })] }).filter(line =>
        line.startsWith('- '),
      );
      expect(all, kind).to.have.length(2);
      for (const line of all)
        expect(line, kind)
          .to.contain('acme_shop')
          .and.not.match(/\b(?:is|was|has|the|not|backup|again)\b/);
    }
  });
});
