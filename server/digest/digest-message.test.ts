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
        ...{ storage: undefined, proven: undefined, removed: undefined },
      },
      language,
    ).lines;

  it('say how an alarm has ended, and not again what it was', () => {
    const ended = alarm({ detail: { ending: 'is paused by budi, and has no new backup' } });
    const closed = [alarm(), ended];
    expect(lines('en', { closed })).to.include.members([
      '- over: acme_shop was backed up again',
      '- over: acme_shop is paused by budi, and has no new backup',
    ]);
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
