import { type InferType, mixed } from 'yup';

/**
 * How much a finding weighs: `incomplete` means that something of the source is not in the backup, or may not come back;
 * `unverified` that nobody has looked; `warning` that the backup is whole, and something is worth a look.
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
  RESTORE_CONDITION: 'warning',
  DEFINITION_ONLY: 'warning',
  NOT_TRANSACTIONAL: 'warning',
  NAME_BOUND: 'warning',
  NAMED_TIME_ZONE: 'warning',
  EVENT_OVER: 'warning',
  DEFAULT_ADDED: 'warning',
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
  // Of the upload: in the report of the run only.
  MANIFEST_TOO_LARGE: 'incomplete',
  ZIP_NOT_REMOVED: 'warning',
  NO_REASON_GIVEN: 'incomplete',
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
  /** What to do about it, such as the GRANT statement that fixes it. */
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

/** @returns whether a finding of that code says that something was lost since an older backup */
export function isLoss(code: string): boolean {
  return code === 'SHRUNK' || code === 'DUMP_EMPTIED';
}

/** @returns what was lost first, for that may be urgent; then what makes a backup incomplete or unverified; then the warnings */
export function byWeight<F extends Pick<ForeignFinding, 'code' | 'severity'>>(findings: readonly F[]): F[] {
  const weight = ({ severity, code }: F) => (isLoss(code) ? 0 : WEIGHTS[severity]);
  return findings.toSorted((a, b) => weight(a) - weight(b));
}

const WEIGHTS: Readonly<Record<Severity, number>> = { incomplete: 1, unverified: 2, warning: 3 };

/** A finding in a document of another program, which may know codes that we don't. */
export interface ForeignFinding {
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  readonly advice?: string | undefined;
}

/**
 * Findings in a document of another program; none may weigh less than here. Checked by hand: of the ten thousand that
 * there may be, yup alone would take half a second, in which a service answers nobody.
 */
export const findingList = mixed<ForeignFinding[]>().test('findings', (list, context) => {
  const problem = list === undefined || list === null ? undefined : listProblem(list);
  return problem === undefined || context.createError({ message: `${context.path || 'findings'}${problem}` });
});

export type FindingList = InferType<typeof findingList>;

const [MAX_FINDINGS, MAX_TEXT] = [10_000, 16_384];
const SEVERITIES: readonly unknown[] = ['incomplete', 'unverified', 'warning'] satisfies Severity[];

/** @returns what is wrong, behind the name of the list */
function listProblem(list: unknown): string | undefined {
  if (!Array.isArray(list)) return ' must be a list';
  if (list.length > MAX_FINDINGS) return ` must hold ${MAX_FINDINGS} findings at most, not ${list.length}`;
  for (const [at, found] of list.entries()) {
    const problem = findingProblem(found);
    if (problem) return `[${at}]${problem}`;
  }
  return undefined;
}

function findingProblem(found: Record<string, unknown> | null): string | undefined {
  if (typeof found !== 'object' || found === null) return ' must be an object';
  const { code, severity, message, advice } = found;
  if (typeof code !== 'string' || !/^[A-Z][A-Z_]{2,63}$/.test(code)) return '.code must be a code such as NO_MANIFEST';
  if (!SEVERITIES.includes(severity)) return `.severity must be one of ${SEVERITIES.join(', ')}`;
  if (typeof message !== 'string' || message === '' || message.length > MAX_TEXT)
    return `.message must be a text of 1 to ${MAX_TEXT} characters`;
  if (advice !== undefined && (typeof advice !== 'string' || advice.length > MAX_TEXT))
    return `.advice must be a text of ${MAX_TEXT} characters at most`;
  const own = Object.hasOwn(FINDINGS, code) ? FINDINGS[code as FindingCode] : severity;
  return own === severity ? undefined : ' weighs less than its code does';
}
