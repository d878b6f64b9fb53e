import {
  type FieldCheck,
  isBoolean,
  isCount,
  isSeconds,
  nullable,
  objectOf,
  oneOf,
  text,
} from '../reports/report-lists.ts';
import { isName } from './roster-entry.ts';

/** The longest message or advice, in characters. */
export const MAX_RUN_TEXT = 1000;
/** How many codes of findings an outcome lists; what is beyond is counted only. */
export const MAX_RUN_FINDINGS = 50;

/** How a run ended for one database. `complete` and `incomplete`: there is a backup. `failed`: there is no backup. `not_done`: the run ended before it. */
export const RUN_STATES = ['complete', 'incomplete', 'failed', 'not_done'] as const;
export type RunState = (typeof RUN_STATES)[number];

export const RUN_STAGES = ['dump', 'zip', 'upload'] as const;
export type RunStage = (typeof RUN_STAGES)[number];

/** How it ended for one database in a run. */
export interface RunOutcome {
  readonly database: string;
  readonly state: RunState;
  /** Whether it is about a zip that an earlier run left behind. */
  readonly leftover: boolean;
  /** By the clock of the client, UTC; null for what was not begun. */
  readonly started_at: string | null;
  readonly ended_at: string | null;
  /** Of a failure: where, why, and what to do next. */
  readonly stage: RunStage | null;
  readonly message: string | null;
  readonly advice: string | null;
  /** What can fail many databases, such as a server that refuses connections: the same words for all of them. */
  readonly cause: { readonly where: string; readonly why: string } | null;
  /** The codes of the first ones, and how many there are. */
  readonly findings: readonly string[];
  readonly finding_count: number;
  /** Whether the database has lost rows or tables, and no one has accepted that yet. */
  readonly shrunk: boolean;
  readonly file_name: string | null;
  readonly backup_id: number | null;
  /** Of the plain dump, and of the zip, in bytes. */
  readonly dump_bytes: number | null;
  readonly zip_bytes: number | null;
  readonly tables: number | null;
  readonly rows: number | null;
  /** From the start of the dump to the end of the last stage. */
  readonly seconds: number | null;
  /** How long each stage was at work; null where that is not known. The zip is made while the dump is being written. */
  readonly stage_seconds: Readonly<Record<RunStage, number | null>>;
}

const isInstant: FieldCheck = value =>
  typeof value === 'string' &&
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value) &&
  !Number.isNaN(Date.parse(value))
    ? undefined
    : ' must be a time in UTC such as 2026-11-29T01:30:00.000Z';

const isId: FieldCheck = value =>
  Number.isSafeInteger(value) && Number(value) > 0 && Number(value) < 2 ** 31
    ? undefined
    : ' must be the id of a backup';

const isCodes: FieldCheck = value => {
  if (!Array.isArray(value) || value.length > MAX_RUN_FINDINGS) return ` must be a list of ${MAX_RUN_FINDINGS} at most`;
  return value.every(code => typeof code === 'string' && /^[A-Z][A-Z0-9_]{0,63}$/.test(code))
    ? undefined
    : ' must hold codes of findings';
};

const shape = objectOf({
  database: isName,
  state: oneOf(RUN_STATES),
  leftover: isBoolean,
  started_at: nullable(isInstant),
  ended_at: nullable(isInstant),
  stage: nullable(oneOf(RUN_STAGES)),
  message: nullable(text(MAX_RUN_TEXT)),
  advice: nullable(text(MAX_RUN_TEXT)),
  cause: nullable(objectOf({ where: text(512), why: text(512) })),
  findings: isCodes,
  finding_count: isCount,
  shrunk: isBoolean,
  file_name: nullable(text(255)),
  backup_id: nullable(isId),
  dump_bytes: nullable(isCount),
  zip_bytes: nullable(isCount),
  tables: nullable(isCount),
  rows: nullable(isCount),
  seconds: nullable(isSeconds),
  stage_seconds: objectOf({ dump: nullable(isSeconds), zip: nullable(isSeconds), upload: nullable(isSeconds) }),
} satisfies Record<keyof RunOutcome, FieldCheck>);

/** An outcome whose fields agree with each other. */
export const isOutcome: FieldCheck = value => shape(value) ?? senseProblem(value as RunOutcome);

function senseProblem({ state, backup_id, file_name, message, started_at, ended_at }: RunOutcome): string | undefined {
  const isKept = state === 'complete' || state === 'incomplete';
  if (isKept && (backup_id === null || file_name === null))
    return ` is ${state}, and lacks the id or the name of the backup`;
  if (state === 'failed' && message === null) return ' has failed, and does not say why';
  if (started_at !== null && ended_at !== null && started_at > ended_at) return ' ended before it started';
  return undefined;
}
