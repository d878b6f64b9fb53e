/**
 * How much a finding weighs. `incomplete`: something of the source is not in the backup, or may not come back. `unverified`: the
 * content was not checked. `warning`: the backup is complete, and something deserves attention.
 */
export type Severity = 'incomplete' | 'unverified' | 'warning';

/** Every finding there is; docs/reference/findings.md says what each means and what to do. */
export const FINDINGS = {
  // Of the user's rights and of the source, before the dump.
  ROWS_LIMITED: 'incomplete',
  TABLES_NOT_GRANTED: 'incomplete',
  VIEWS_NOT_GRANTED: 'incomplete',
  TRIGGERS_NOT_GRANTED: 'incomplete',
  EVENTS_NOT_GRANTED: 'incomplete',
  ROUTINES_NOT_GRANTED: 'incomplete',
  RIGHTS_UNKNOWN: 'incomplete',
  BROKEN_VIEW: 'incomplete',
  DEFINER_GONE: 'incomplete',
  EVENTS_NOT_DUMPED: 'incomplete',
  HISTORY_NOT_DUMPED: 'incomplete',
  ROWS_NOT_DUMPED: 'incomplete',
  VALUES_LOST: 'incomplete',
  WILL_NOT_LOAD: 'incomplete',
  METADATA_GARBLED: 'incomplete',
  SYSTEM_DATABASE: 'incomplete',
  RESTORE_PREREQUISITE: 'warning',
  DEFINITION_ONLY: 'warning',
  NOT_TRANSACTIONAL: 'warning',
  DATABASE_NAME_HARDCODED: 'warning',
  NAMED_TIME_ZONE: 'warning',
  EVENT_EXPIRED: 'warning',
  DEFAULT_ADDED: 'warning',
  VALUES_ROUNDED: 'warning',
  TEXT_CONVERTED: 'warning',
  // Of the dump program.
  FLAVOUR_MISMATCH: 'incomplete',
  CLIENT_OLDER_THAN_SERVER: 'warning',
  // Of the dump.
  OBJECTS_MISSING: 'incomplete',
  TABLES_RECREATED: 'incomplete',
  UNTERMINATED_STATEMENT: 'incomplete',
  BACKSLASH_READ_AS_COMMAND: 'incomplete',
  CLIENT_MISREADS_DEFINITION: 'incomplete',
  UNEXPECTED_STATEMENT: 'incomplete',
  DUMP_STDERR_ERROR: 'incomplete',
  DUMP_STDERR_WARNING: 'warning',
  DUMP_EMPTY: 'warning',
  DUMP_REPEATED: 'warning',
  PARTIAL_BY_CONFIG: 'warning',
  // Of the rehearsal.
  DOES_NOT_LOAD: 'incomplete',
  LOADS_DIFFERENTLY: 'incomplete',
  NOT_REHEARSED: 'warning',
  // Of the upload: in the report of the run only.
  MANIFEST_TOO_LARGE: 'incomplete',
  ZIP_NOT_REMOVED: 'warning',
  NO_REASON_GIVEN: 'incomplete',
  // Of the service.
  END_MARKER_MISSING: 'incomplete',
  DATABASE_EMPTIED: 'incomplete',
  SHRUNK: 'warning',
  // Only in what services before `SHRUNK` wrote.
  OBJECTS_GONE: 'warning',
  ROW_COUNT_DROPPED: 'warning',
  SIZE_DROPPED: 'warning',
  CLOCK_AHEAD: 'warning',
  NO_MANIFEST: 'unverified',
  NOT_VERIFIED: 'unverified',
} as const satisfies Record<string, Severity>;

export type FindingCode = keyof typeof FINDINGS;

/** The former names of codes, which earlier versions of the service and of `sade` wrote, and still send. */
export const FORMER_CODES = {
  DUMP_SAID: 'DUMP_STDERR_WARNING',
  DUMP_COMPLAINED: 'DUMP_STDERR_ERROR',
  ROWS_FELL: 'ROW_COUNT_DROPPED',
  SIZE_FELL: 'SIZE_DROPPED',
  PARTIAL_AS_WANTED: 'PARTIAL_BY_CONFIG',
  NAME_BOUND: 'DATABASE_NAME_HARDCODED',
  RESTORE_CONDITION: 'RESTORE_PREREQUISITE',
  EVENT_OVER: 'EVENT_EXPIRED',
  TABLES_SWAPPED: 'TABLES_RECREATED',
  DUMP_UNBALANCED: 'UNTERMINATED_STATEMENT',
  CLIENT_COMMAND: 'BACKSLASH_READ_AS_COMMAND',
  CLIENT_MISREADS: 'CLIENT_MISREADS_DEFINITION',
  DUMP_EMPTIED: 'DATABASE_EMPTIED',
  CLIENT_OLDER: 'CLIENT_OLDER_THAN_SERVER',
} as const satisfies Record<string, FindingCode>;

const current: ReadonlyMap<string, FindingCode> = new Map(Object.entries(FORMER_CODES));

/** @returns whether that is the former name of a code */
export function isFormerCode(code: string): boolean {
  return current.has(code);
}

/** @returns today's name of a code; any other text unchanged */
export function currentCode(code: string): string {
  return current.get(code) ?? code;
}

/**
 * Renames the former codes in an answer of the service, at any depth: those of findings, and `worst_finding`.
 * @param answer freshly parsed JSON, which is changed
 * @returns the same value
 */
export function withCurrentCodes(answer: unknown): unknown {
  if (typeof answer !== 'object' || answer === null) return answer;
  const part = answer as Record<string, unknown>;
  if (typeof part.code === 'string' && typeof part.severity === 'string') part.code = currentCode(part.code);
  if (typeof part.worst_finding === 'string') part.worst_finding = currentCode(part.worst_finding);
  for (const value of Object.values(part)) withCurrentCodes(value);
  return answer;
}
