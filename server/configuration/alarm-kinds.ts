/** What an alarm can be about. Routes choose channels by it. */
export const ALARM_KINDS = [
  'late',
  'critical',
  'never',
  'dropped',
  'run_failed',
  'run_missing',
  'service_off',
  'incomplete',
  'damaged',
  'shrunk',
  'drill_failed',
  'drill_due',
  'storage_low',
  'retention_held',
  'channel_failing',
  'clock_ahead',
  'pushed_out',
  'clock_jumped',
  'many_forgotten',
] as const;

export type AlarmKind = (typeof ALARM_KINDS)[number];

export const SEVERITIES = ['warning', 'critical'] as const;

export type Severity = (typeof SEVERITIES)[number];
