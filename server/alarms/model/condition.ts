import type { AlarmKind, Severity } from '../../configuration/alarm-kinds.ts';

/** Something that is not as it should be, as it is now. While it stays so, its alarm stays open. */
export interface Condition {
  readonly kind: AlarmKind;
  /** What it is about: a database, a source, a channel, a file. With the kind it is one alarm. */
  readonly subject: string;
  /** The name of the database that it is about, if it is about one. */
  readonly database?: string | undefined;
  /** The source that it comes from, such as the name of a host: alarms of one source are told together. */
  readonly source?: string | undefined;
  /** The group that `databases.json` says for that database. */
  readonly rosterGroup?: string | undefined;
  readonly severity: Severity;
  /** Since when it is so, as far as that is known. */
  readonly since: Date;
  /** What several may have in common, such as a host that can't be reached. */
  readonly cause?: string | undefined;
  /** One sentence that says what is wrong, on which database. */
  readonly summary: string;
  /** What to do. */
  readonly advice: string;
  /** The databases that it explains: a source without a run has these late. */
  readonly databases?: readonly string[] | undefined;
}

/** @returns what tells one alarm from all others; at most one of a key is open */
export function keyOf({ kind, subject }: Pick<Condition, 'kind' | 'subject'>): string {
  return `${FAMILIES[kind] ?? kind}:${subject}`;
}

/** A database that is late becomes critical: that is one alarm, which grows. */
const FAMILIES: Partial<Record<AlarmKind, string>> = { late: 'overdue', critical: 'overdue' };

/** @returns what alarms have in common that are told together: those of one run and host are one message */
export function groupKeyOf(condition: Pick<Condition, 'kind' | 'subject' | 'source' | 'database'>): string {
  const { source, database } = condition;
  if (source !== undefined) return `source:${source}`;
  return database !== undefined ? WITHOUT_SOURCE : keyOf(condition);
}

const WITHOUT_SOURCE = 'databases without a source';
