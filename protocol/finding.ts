import { type InferType, mixed } from 'yup';
import { currentCode, FINDINGS, type FindingCode, isFormerCode, type Severity } from './finding-codes.ts';
import { isKeyOf } from './texts/is-key-of.ts';

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
  return code === 'SHRUNK' || code === 'DATABASE_EMPTIED';
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

/** @returns the same findings, each under today's name of its code */
export function currentFindings<F extends Pick<ForeignFinding, 'code'>>(findings: readonly F[]): F[] {
  return findings.map(found => (isFormerCode(found.code) ? { ...found, code: currentCode(found.code) } : found));
}

/**
 * Names findings as the client named them: an earlier `sade` looks for its own codes in the receipt, and reports a failed upload
 * where one is missing.
 * @param formerCodes those that the client sent
 * @returns the same findings
 */
export function findingsAsSent<F extends Pick<ForeignFinding, 'code'>>(
  findings: readonly F[],
  formerCodes: readonly string[],
): F[] {
  const sent = new Map(formerCodes.map(code => [currentCode(code), code]));
  return findings.map(found => ({ ...found, code: sent.get(found.code) ?? found.code }));
}

/**
 * Findings in a document of another program; none may weigh less than here. Checked by hand: for ten
 * thousand findings yup takes half a second, in which the service answers no other request.
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
  if (list.length > MAX_FINDINGS) return ` must hold ${MAX_FINDINGS} findings at most, but has ${list.length}`;
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
  const today = currentCode(code);
  const own = isKeyOf(FINDINGS, today) ? FINDINGS[today] : severity;
  return own === severity ? undefined : ' has a lower severity than its code';
}
