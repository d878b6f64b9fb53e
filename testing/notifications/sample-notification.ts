import type { Notification, NotifiedAlarm } from '../../server/notifications/notification.ts';

/** @returns a notification of one alarm that has opened, with some of it replaced */
export function sampleNotification(changes: Partial<Notification> = {}): Notification {
  return {
    kind: 'alarms',
    title: 'toko-buku is late: its last complete backup is 27 hours old',
    lines: ['toko-buku has had no complete backup since 2026-11-28 18:00 UTC.', 'Check the host jkt-1: sade doctor'],
    severity: 'warning',
    at: '2026-11-30T01:02:03.456Z',
    alarms: [sampleAlarm()],
    ...changes,
  };
}

/** @returns an alarm that has opened, with some of it replaced */
export function sampleAlarm(changes: Partial<NotifiedAlarm> = {}): NotifiedAlarm {
  return {
    id: 7,
    kind: 'late',
    subject: 'toko-buku',
    database: 'toko-buku',
    source: 'jkt-1',
    severity: 'warning',
    state: 'open',
    since: '2026-11-30T01:00:00.000Z',
    summary: 'toko-buku is late: its last complete backup is 27 hours old',
    advice: 'Check the host jkt-1: sade doctor',
    ...changes,
  };
}
