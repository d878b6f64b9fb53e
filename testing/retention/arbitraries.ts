import fc from 'fast-check';
import type { RetentionPolicy } from '../../server/retention/rules/policy.ts';
import type { RetainedBackup } from '../../server/retention/rules/retained-backup.ts';

/** With nights in which an hour is missing or comes twice, half hours, and days that one place has skipped. */
export const ZONES = [
  'UTC',
  'Asia/Jakarta',
  'Europe/Warsaw',
  'America/Chicago',
  'Australia/Lord_Howe',
  'Asia/Kathmandu',
  'Pacific/Apia',
  'Africa/Casablanca',
];

const zoned = { timezone: fc.constantFrom(...ZONES) };

const broad: fc.Arbitrary<RetentionPolicy> = fc.record({
  last: fc.nat({ max: 4 }),
  hourly: fc.nat({ max: 3 }),
  daily: fc.nat({ max: 7 }),
  weekly: fc.nat({ max: 4 }),
  monthly: fc.nat({ max: 3 }),
  yearly: fc.nat({ max: 2 }),
  ...zoned,
});

/** One that keeps hardly anything: the floor has to. */
const narrow: fc.Arbitrary<RetentionPolicy> = fc.record({
  last: fc.constantFrom(0, 0, 1),
  hourly: fc.constant(0),
  daily: fc.constantFrom(0, 0, 2),
  weekly: fc.constant(0),
  monthly: fc.constantFrom(0, 1),
  yearly: fc.constant(0),
  ...zoned,
});

/** One that keeps days, as most do. */
const daily: fc.Arbitrary<RetentionPolicy> = fc.record({
  last: fc.constant(0),
  hourly: fc.constant(0),
  daily: fc.integer({ min: 4, max: 10 }),
  weekly: fc.nat({ max: 3 }),
  monthly: fc.constant(0),
  yearly: fc.constant(0),
  ...zoned,
});

export const anyPolicy: fc.Arbitrary<RetentionPolicy> = fc.oneof(broad, narrow, daily);

/** Makes a complete backup that came some seconds after its dump, as wished otherwise. */
export function retained(wish: Partial<RetainedBackup> & Pick<RetainedBackup, 'id' | 'takenAt'>): RetainedBackup {
  return {
    fileName: `backup-${wish.id}.zip`,
    receivedAt: new Date(wish.takenAt.getTime() + 7_000),
    size: 1_000,
    state: 'complete',
    damage: null,
    shrunkFrom: null,
    acceptedAt: null,
    madeFor: null,
    pins: [],
    isProven: false,
    isLongProven: false,
    goesBy: null,
    ...wish,
  };
}
