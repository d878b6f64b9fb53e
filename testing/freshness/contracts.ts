import fc from 'fast-check';
import type { Every } from '../../server/configuration/configuration.ts';
import type { Contract, ContractConfiguration } from '../../server/freshness/contract-of.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** As a service without a configuration file has them: each day, and two hours of grace. */
export const DAILY: Contract = {
  every: { kind: 'interval', ms: DAY },
  graceMs: 2 * HOUR,
  group: null,
  from: { every: 'defaults', grace: 'defaults' },
};

/** The part of a configuration that contracts follow from: the defaults, and what is given. */
export function contractConfiguration(given: Partial<ContractConfiguration> = {}): ContractConfiguration {
  return { timezone: 'UTC', defaults: DAILY, groups: {}, databases: {}, ...given };
}

/** Zones with nights of 23 and 25 hours, with one of 23.5 and 24.5, and without. */
export const ZONES = [
  'Europe/Warsaw',
  'America/Chicago',
  'Australia/Lord_Howe',
  'America/Santiago',
  'Asia/Jakarta',
  'UTC',
];

const EXPRESSIONS = [
  '30 2 * * *',
  '0 0 * * *',
  '15 1,13 * * *',
  '30 23 * * 1-5',
  '0 */4 * * *',
  '45 2 * * 0',
  '0 3 1 * *',
];

export const anyEvery: fc.Arbitrary<Every> = fc.oneof(
  fc.integer({ min: 1, max: 14 * 24 * 4 }).map(quarters => ({ kind: 'interval', ms: quarters * 15 * MINUTE }) as const),
  fc.record({
    kind: fc.constant('cron' as const),
    expression: fc.constantFrom(...EXPRESSIONS),
    timezone: fc.constantFrom(...ZONES),
  }),
);

export const anyContract: fc.Arbitrary<Contract> = fc.record({
  every: anyEvery,
  graceMs: fc.integer({ min: 0, max: 48 * 4 }).map(quarters => quarters * 15 * MINUTE),
  group: fc.constant(null),
  from: fc.constant(DAILY.from),
});

/** Of three years, with all their nights. */
export const anyInstant: fc.Arbitrary<Date> = fc
  .integer({ min: Date.parse('2025-01-01'), max: Date.parse('2027-12-31') })
  .map(time => new Date(time));
