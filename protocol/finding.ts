import { array, type InferType, mixed, object, string } from 'yup';

/**
 * How much a finding weighs: `incomplete` means that something of the source is not in the backup, or may not come back;
 * `unverified` that nobody has looked; `warning` that the backup is whole, and something is worth a look.
 */
export type Severity = 'incomplete' | 'unverified' | 'warning';

/** Every finding there is; docs/formats.md says what each means and what to do. */
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
  SYSTEM_DATABASE: 'incomplete',
  RESTORE_CONDITION: 'warning',
  DEFINITION_ONLY: 'warning',
  NOT_TRANSACTIONAL: 'warning',
  NAME_BOUND: 'warning',
  NAMED_TIME_ZONE: 'warning',
  EVENT_OVER: 'warning',
  VALUES_ROUNDED: 'warning',
  TEXT_CONVERTED: 'warning',
  // Of the dump program.
  FLAVOUR_MISMATCH: 'incomplete',
  CLIENT_OLDER: 'warning',
  // Of the dump.
  OBJECTS_MISSING: 'incomplete',
  TABLES_SWAPPED: 'incomplete',
  DUMP_UNBALANCED: 'incomplete',
  CLIENT_COMMAND: 'incomplete',
  CLIENT_MISREADS: 'incomplete',
  UNEXPECTED_STATEMENT: 'incomplete',
  DUMP_COMPLAINED: 'incomplete',
  DUMP_SAID: 'warning',
  DUMP_EMPTY: 'warning',
  DUMP_REPEATED: 'warning',
  PARTIAL_AS_WANTED: 'warning',
  // Of the service.
  END_MARKER_MISSING: 'incomplete',
  DUMP_EMPTIED: 'incomplete',
  SHRUNK: 'warning',
  // Of services before SHRUNK, in records and answers of old.
  OBJECTS_GONE: 'warning',
  ROWS_FELL: 'warning',
  SIZE_FELL: 'warning',
  CLOCK_AHEAD: 'warning',
  NO_MANIFEST: 'unverified',
  NOT_VERIFIED: 'unverified',
} as const satisfies Record<string, Severity>;

export type FindingCode = keyof typeof FINDINGS;

/** Something that was noticed of one backup. */
export interface Finding {
  readonly code: FindingCode;
  readonly severity: Severity;
  /** One sentence with names and figures; never a secret. */
  readonly message: string;
  /** What to do about it, such as the GRANT statement that mends it. */
  readonly advice?: string | undefined;
}

/** What a backup is worth. `damaged` comes later, when the stored file has rotted or gone. */
export type BackupState = 'complete' | 'incomplete' | 'unverified';

/** @returns a finding with the weight of its code */
export function finding(code: FindingCode, message: string, advice?: string): Finding {
  return { code, severity: FINDINGS[code], message, ...(advice !== undefined && { advice }) };
}

/** @returns what a backup with these findings is worth: a single one of them can make it incomplete */
export function stateOf(findings: readonly Pick<Finding, 'severity'>[]): BackupState {
  if (findings.some(({ severity }) => severity === 'incomplete')) return 'incomplete';
  if (findings.some(({ severity }) => severity === 'unverified')) return 'unverified';
  return 'complete';
}

const MAX_TEXT = 16_384;

/**
 * Findings in a document of another program, which may know codes that we don't; but none may weigh less than here.
 */
export const findingList = array(
  object({
    code: string()
      .matches(/^[A-Z][A-Z_]{2,63}$/)
      .required(),
    severity: mixed<Severity>().oneOf(['incomplete', 'unverified', 'warning']).required(),
    message: string().required().max(MAX_TEXT),
    advice: string().max(MAX_TEXT),
  })
    .required()
    .test('severity', 'weighs less than its code does', found => {
      const own = (FINDINGS as Record<string, Severity>)[found?.code];
      return own === undefined || own === found.severity;
    }),
).max(10_000);

export type FindingList = InferType<typeof findingList>;
