import {
  DummyDriver,
  type ExpressionBuilder,
  expressionBuilder,
  type Generated,
  Kysely,
  MysqlAdapter,
  MysqlIntrospector,
  type SelectQueryBuilder,
} from 'kysely';
import type { AlarmColumns } from '../entities/alarms/alarm.entity.ts';
import type { AlarmRoundColumns } from '../entities/alarms/alarm-round.entity.ts';
import type { AuditEntryColumns } from '../entities/audit-entry.entity.ts';
import type { BackupColumns } from '../entities/backup.entity.ts';
import type { DatabaseColumns } from '../entities/database.entity.ts';
import type { StateChangeColumns } from '../entities/freshness/state-change.entity.ts';
import type { WatchedDatabaseColumns } from '../entities/freshness/watched-database.entity.ts';
import type { JobColumns } from '../entities/job-record.entity.ts';
import type { OutboxMessageColumns } from '../entities/outbox-message.entity.ts';
import type { PinColumns } from '../entities/pin.entity.ts';
import type { ReportColumns } from '../entities/report.entity.ts';
import type { RetainedDatabaseColumns } from '../entities/retention/retained-database.entity.ts';
import type { RetentionPlanColumns } from '../entities/retention/retention-plan.entity.ts';
import type { RetentionRemovalColumns } from '../entities/retention/retention-removal.entity.ts';
import type { RosterEntryColumns } from '../entities/runs/roster-entry.entity.ts';
import type { RunColumns } from '../entities/runs/run.entity.ts';
import type { RunOutcomeColumns } from '../entities/runs/run-outcome.entity.ts';
import { RememberingCompiler } from './remembering-compiler.ts';

/** The tables of the history. Their columns come from the entities: a column that is new there can be queried. */
export interface Tables {
  readonly databases: DatabaseColumns;
  /** SQLite can't forbid null in a column that was added later, but each backup has this one. */
  readonly backups: Omit<BackupColumns, 'sorted_at'> & { readonly sorted_at: Date };
  readonly pins: PinColumns;
  readonly jobs: JobColumns;
  readonly reports: ReportColumns;
  readonly retained_databases: RetainedDatabaseColumns;
  readonly retention_plans: RetentionPlanColumns;
  readonly retention_removals: Omit<RetentionRemovalColumns, 'id'> & { readonly id: Generated<number> };
  readonly audit_entries: Omit<AuditEntryColumns, 'id'> & { readonly id: Generated<number> };
  readonly watched_databases: WatchedDatabaseColumns;
  readonly state_changes: Omit<StateChangeColumns, 'id'> & { readonly id: Generated<number> };
  readonly alarms: Omit<AlarmColumns, 'id'> & { readonly id: Generated<number> };
  readonly alarm_rounds: AlarmRoundColumns;
  readonly outbox: Omit<OutboxMessageColumns, 'id'> & { readonly id: Generated<number> };
  readonly runs: RunColumns;
  readonly run_outcomes: Omit<RunOutcomeColumns, 'id'> & { readonly id: Generated<number> };
  readonly roster_entries: Omit<RosterEntryColumns, 'id'> & { readonly id: Generated<number> };
}

/**
 * Builds queries for `readRows`. It has no connection, so a query can be a constant. Every store understands what MySQL's
 * compiler writes; `dialect.ts` has the rest.
 */
export const query = new Kysely<Tables>({
  dialect: {
    createAdapter: () => new MysqlAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: db => new MysqlIntrospector(db),
    createQueryCompiler: () => new RememberingCompiler(),
  },
});

/** All backups, named `b`. */
export const allBackups = query.selectFrom('backups as b');

/** A query of backups `b`, with some columns or none yet. */
export type BackupQuery<Columns = object> = SelectQueryBuilder<Tables & { b: Tables['backups'] }, 'b', Columns>;

/** A query of entries `e` of the audit trail, with some columns or none yet. */
export type AuditQuery<Columns = object> = SelectQueryBuilder<Audited, 'e', Columns>;

type Audited = Tables & { e: Tables['audit_entries'] };

/** @returns what builds conditions on an entry `e` of the audit trail */
export function auditExpressions(): ExpressionBuilder<Audited, 'e'> {
  return expressionBuilder();
}

/** Tables under the names that a query gives them: `d` is a database, the others are backups. */
type Named<Name extends string> = Tables & Record<Name, Tables['backups']> & Record<'d', Tables['databases']>;

/** @returns what builds conditions on reports of these names, on a backup `b`, and on their database `d` */
export function reportExpressions<Name extends string>(): ExpressionBuilder<NamedReports<Name>, Name | 'b' | 'd'> {
  return expressionBuilder();
}

type NamedReports<Name extends string> = Tables &
  Record<Name, Tables['reports']> &
  Record<'b', Tables['backups']> &
  Record<'d', Tables['databases']>;

/** @returns what builds conditions on a run `r` and its outcomes `o` */
export function runExpressions(): ExpressionBuilder<RunTables, 'r' | 'o'> {
  return expressionBuilder();
}

type RunTables = Tables & { readonly r: Tables['runs']; readonly o: Tables['run_outcomes'] };

/** @returns what builds conditions on an entry `e` of a roster */
export function rosterExpressions(): ExpressionBuilder<Tables & { readonly e: Tables['roster_entries'] }, 'e'> {
  return expressionBuilder();
}

/** @returns what builds conditions on backups of these names, and on their database `d` */
export function expressions<Name extends string = never>(): ExpressionBuilder<Named<Name>, Name | 'd'> {
  return expressionBuilder();
}

/**
 * @returns what builds conditions on tables under the names that a query gives them, such as `{ a: 'alarms' }`, and on columns of
 *   an outer query
 */
export function aliased<Names extends Readonly<Record<string, keyof Tables>>>(): ExpressionBuilder<
  Tables & { [Name in keyof Names]: Tables[Names[Name]] },
  keyof Names & string
> {
  return expressionBuilder();
}
