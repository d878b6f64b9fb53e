import { expect } from 'chai';
import { ALARM_KINDS } from '../configuration/alarm-kinds.ts';
import { digestMessage } from './digest-message.ts';
import type { DigestAlarm } from './read-digest.ts';

describe('the lines of a digest about alarms', () => {
  const alarm = (fields: Partial<DigestAlarm> = {}): DigestAlarm => ({
    id: 1,
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
  type Changed = Partial<Record<'open' | 'opened' | 'closed', DigestAlarm[]>>;
  const lines = (language: 'en' | 'id', { open = [], opened = [], closed = [] }: Changed) =>
    digestMessage(
      {
        ...{
          now: new Date('2026-11-30T07:00:00Z'),
          group: 'acme',
          states: { ok: 1 },
          waiting: 0,
          open,
          opened,
          closed,
        },
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

  it('name each cause once: what is new among what is open, before the rest, and only the end of what is over', () => {
    const of = (id: number) => alarm({ id, subject: `db_${id}`, summary: `db_${id} was not backed up` });
    const changed = { open: [of(1), of(2)], opened: [of(2), of(3), of(4)], closed: [of(3)] };
    expect(lines('en', changed).slice(2, -1)).to.deep.equal([
      ...['Open alarms:', '- new: db_2 was not backed up', '- db_1 was not backed up', ''],
      ...['What else has changed:', '- new: db_4 was not backed up', '- over: db_3 was backed up again'],
    ]);
    const fresh = { open: [of(1)], opened: [of(1)] };
    expect(lines('en', fresh).slice(2, -1)).to.deep.equal([
      ...['Open alarms:', '- new: db_1 was not backed up', '', 'Nothing else has changed.'],
    ]);
    expect(lines('id', fresh).slice(2, -1)).to.deep.equal([
      ...['Peringatan yang masih terbuka:', '- baru: db_1 gagal dicadangkan', '', 'Tidak ada perubahan lain.'],
    ]);
  });

  it('do not call well what still waits for a backup since the service was off', () => {
    const facts = {
      ...{ now: new Date('2026-11-30T00:00:00Z'), group: undefined, open: [], opened: [], closed: [] },
      ...{ storage: undefined, proven: undefined, removed: undefined, missedDays: [], off: [] },
    };
    const said = (states: object, waiting: number, language: 'en' | 'id' = 'en') =>
      digestMessage({ ...facts, states, waiting }, { language, timezone: 'UTC' });
    const why = 'the service was off when it was due';
    expect(said({ ok: 8 }, 8)).to.deep.include({
      title: `0 of 8 databases have their complete backup; 8 still wait for a backup: ${why}`,
      severity: 'warning',
    });
    expect(said({ ok: 8, late: 1 }, 1).title).to.equal(
      `7 of 9 databases have their complete backup; 1 needs you; 1 still waits for a backup: ${why}`,
    );
    expect(said({ ok: 8 }, 2, 'id').title).to.match(/^6 dari 8 basis data memiliki cadangan lengkap; 2 masih menunggu/);
    expect(said({ ok: 8 }, 0)).to.deep.include({
      title: 'All 8 databases have their complete backup',
      severity: 'info',
    });
  });

  it('name the days on which none came, and when the service was off, on the clocks of the configuration', () => {
    const off = [{ from: new Date('2026-11-28T03:00:00Z'), until: new Date('2026-11-29T23:00:00Z') }];
    const facts = {
      ...{
        now: new Date('2026-11-30T00:00:00Z'),
        group: undefined,
        states: { ok: 1 },
        waiting: 0,
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

  it('link to the page of their databases where the service knows its address, and else to nothing', () => {
    const facts = {
      ...{ now: new Date('2026-11-30T00:00:00Z'), group: 'acme', states: { ok: 1 }, waiting: 0 },
      ...{ open: [], opened: [], closed: [], missedDays: [], off: [] },
      ...{ storage: undefined, proven: undefined, removed: undefined },
    };
    const url = 'https://backups.example.com/-/ui?group=acme';
    const linked = digestMessage(facts, { language: 'id', timezone: 'UTC', url });
    expect(linked).to.deep.include({ url, links: [url] });
    expect(linked.lines.slice(-2)).to.deep.equal(['', `Di dasbor: ${url}`]);
    const bare = digestMessage(facts, { language: 'id', timezone: 'UTC' });
    expect(JSON.stringify(bare)).to.not.contain('http');
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
