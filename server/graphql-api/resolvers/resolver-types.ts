// Made from schema.graphql by `npm run types`.
import type { GraphQLResolveInfo, GraphQLScalarType, GraphQLScalarTypeConfig } from 'graphql';
import type { ListedAlarm } from '../../alarms/search-alarms.ts';
import type { Connection } from '../../graphql/connection.ts';
import type { ListedEntry } from '../../audit/search-entries.ts';
import type { ListedBackup } from '../../backups/queries/listed-backup.ts';
import type { NamedDatabase } from '../../databases/search-databases.ts';
import type { Day as DayRow, Statistics as StatisticsRow } from '../../statistics/statistics.ts';
import type { ListedReport } from '../../reports/search-reports.ts';
import type { Pin as PinRow } from '../../entities/pin.entity.ts';
import type { Brake } from '../../retention/rules/brakes.ts';
import type { DatabaseSummary } from '../../retention/stored-plans.ts';
import type { FoundPlan, FoundRemoval } from '../../retention/find-plans.ts';
import type { ListedEntry as ListedRosterEntry } from '../../runs/search-rosters.ts';
import type { ListedRun } from '../../runs/search-runs.ts';
import type { StateCounts, ListedOutcome } from '../../runs/search-outcomes.ts';
import type { MadeToken as MadeTokenRow } from '../../tokens/token-store.ts';
import type { Token as TokenRow } from '../../entities/token.entity.ts';
import type { WatchedRow } from '../../freshness/read-facts.ts';
import type { ListedChange } from '../../freshness/search-changes.ts';
import type { Contract as ContractRow } from '../../freshness/contract-of.ts';
import type { GraphqlContext } from './context.ts';
export type Maybe<T> = T | null | undefined;
export type InputMaybe<T> = T | null | undefined;
export type Omit<T, K extends keyof T> = Pick<T, Exclude<keyof T, K>>;
export type RequireFields<T, K extends keyof T> = Omit<T, K> & { [P in K]-?: NonNullable<T[P]> };
/** All built-in and custom scalars, mapped to their actual values */
export type Scalars = {
  ID: { input: string; output: string; }
  String: { input: string; output: string; }
  Boolean: { input: boolean; output: boolean; }
  Int: { input: number; output: number; }
  Float: { input: number; output: number; }
  /** An instant in UTC, ISO 8601 with milliseconds: `2023-10-31T00:00:07.123Z`. */
  DateTime: { input: Date; output: Date; }
  /** A day in UTC: `2023-10-31`. */
  Date: { input: Date; output: Date; }
  /** A whole number that 32 bits may not hold, such as a size in bytes. JSON carries it as a number. */
  BigInt: { input: number; output: number; }
  /** A SHA-256, written as in a `Repr-Digest` header (RFC 9530): `sha-256=:BASE64:`. */
  Digest: { input: string; output: string; }
};

/** What the service knows about its databases and their backups. REST shows a part of it under `/`. */
export type Query = {
  __typename?: 'Query';
  /** The databases that have been backed up. */
  databases: DatabaseConnection;
  /** One database. Null when no database with that name has been backed up. */
  database?: Maybe<Database>;
  /** Backups of all databases. */
  backups: BackupConnection;
  /** One backup. Null when no backup has that id. */
  backup?: Maybe<Backup>;
  /** How many databases have a backup that a drill restored within the last days. */
  fleetProven: FleetProven;
  /** The runs of `sade backup` that were reported, newest first. */
  runs: RunConnection;
  /** Which databases each source backs up, as its list of databases says, by name. Also those that were never backed up. */
  rosters: RosterConnection;
  /** The audit trail: who did what, newest first. For administrators whose token has the scope `*`. */
  auditEntries: AuditConnection;
  /** The retention plans, newest first: which backups would be removed, and what holds them. */
  retentionPlans: Array<RetentionPlan>;
  /** One retention plan. Null when no plan has that id. */
  retentionPlan?: Maybe<RetentionPlan>;
  /** Alarms, newest first: what a person must see to. A token of some databases sees the alarms about these only. */
  alarms: AlarmConnection;
  /** The tokens, also those that have ended, by their names. For admins. */
  tokens: Array<Token>;
  /** The databases that are expected to have backups, by their names: also those that have never had one. */
  watchedDatabases: WatchedDatabaseConnection;
  /** When databases went from one state to another, newest first. */
  stateChanges: StateChangeConnection;
  /** Totals of all backups, and totals of each day. */
  statistics: Statistics;
};


/** What the service knows about its databases and their backups. REST shows a part of it under `/`. */
export type QueryDatabasesArgs = {
  first?: Scalars['Int']['input'];
  after?: InputMaybe<Scalars['String']['input']>;
  filter?: InputMaybe<DatabaseFilter>;
  orderBy?: DatabaseOrder;
};


/** What the service knows about its databases and their backups. REST shows a part of it under `/`. */
export type QueryDatabaseArgs = {
  name: Scalars['String']['input'];
};


/** What the service knows about its databases and their backups. REST shows a part of it under `/`. */
export type QueryBackupsArgs = {
  first?: Scalars['Int']['input'];
  after?: InputMaybe<Scalars['String']['input']>;
  filter?: InputMaybe<BackupFilter>;
  orderBy?: BackupOrder;
};


/** What the service knows about its databases and their backups. REST shows a part of it under `/`. */
export type QueryBackupArgs = {
  id: Scalars['ID']['input'];
};


/** What the service knows about its databases and their backups. REST shows a part of it under `/`. */
export type QueryFleetProvenArgs = {
  days?: Scalars['Int']['input'];
};


/** What the service knows about its databases and their backups. REST shows a part of it under `/`. */
export type QueryRunsArgs = {
  first?: Scalars['Int']['input'];
  after?: InputMaybe<Scalars['String']['input']>;
  filter?: InputMaybe<RunFilter>;
};


/** What the service knows about its databases and their backups. REST shows a part of it under `/`. */
export type QueryRostersArgs = {
  first?: Scalars['Int']['input'];
  after?: InputMaybe<Scalars['String']['input']>;
  filter?: InputMaybe<RosterFilter>;
};


/** What the service knows about its databases and their backups. REST shows a part of it under `/`. */
export type QueryAuditEntriesArgs = {
  first?: Scalars['Int']['input'];
  after?: InputMaybe<Scalars['String']['input']>;
  filter?: InputMaybe<AuditFilter>;
};


/** What the service knows about its databases and their backups. REST shows a part of it under `/`. */
export type QueryRetentionPlansArgs = {
  first?: Scalars['Int']['input'];
};


/** What the service knows about its databases and their backups. REST shows a part of it under `/`. */
export type QueryRetentionPlanArgs = {
  id: Scalars['ID']['input'];
};


/** What the service knows about its databases and their backups. REST shows a part of it under `/`. */
export type QueryAlarmsArgs = {
  first?: Scalars['Int']['input'];
  after?: InputMaybe<Scalars['String']['input']>;
  filter?: InputMaybe<AlarmFilter>;
};


/** What the service knows about its databases and their backups. REST shows a part of it under `/`. */
export type QueryWatchedDatabasesArgs = {
  first?: Scalars['Int']['input'];
  after?: InputMaybe<Scalars['String']['input']>;
  filter?: InputMaybe<WatchedDatabaseFilter>;
};


/** What the service knows about its databases and their backups. REST shows a part of it under `/`. */
export type QueryStateChangesArgs = {
  first?: Scalars['Int']['input'];
  after?: InputMaybe<Scalars['String']['input']>;
  filter?: InputMaybe<StateChangeFilter>;
};


/** What the service knows about its databases and their backups. REST shows a part of it under `/`. */
export type QueryStatisticsArgs = {
  days?: Scalars['Int']['input'];
};

/** What changes something. By POST only. */
export type Mutation = {
  __typename?: 'Mutation';
  /** Notes that someone sees to an open alarm: its reminders stop, and its end is still reported. For operators and admins. */
  acknowledgeAlarm: Alarm;
  /** Sends a test message through a channel now, and waits for its answer: half a minute at most. For operators whose token has the scope `*`. */
  testChannel: TestedChannel;
  /** Removes the backups of a retention plan when the grace is over: those of the databases in scope. Refused when the plan is stale. For operators. */
  applyRetentionPlan: AppliedRetentionPlan;
  /** Keeps a backup until its pin ends: the retention does not remove it. One that is about to be removed is taken back. For operators. */
  pinBackup: Backup;
  /** Ends the pin of a backup. For operators. */
  unpinBackup: Backup;
  /** Puts a legal hold on a backup: until it is released, no one can remove the backup or erase its client. For operators. */
  holdBackup: Backup;
  /** Ends the legal hold of a backup. For operators. */
  releaseBackup: Backup;
  /** Removes a backup on purpose, when the grace of the retention is over: until then it can be downloaded and taken back. For operators. */
  forgetBackup: Backup;
  /** Takes a backup back that is about to be removed. For operators. */
  takeBackBackup: Backup;
  /** Makes a token. Its text is in the answer, and is never shown again. For admins. */
  createToken: MadeToken;
  /** Ends the tokens of that name at once. For admins. */
  revokeToken: Array<Token>;
  /** Makes a new token of that name, with the same role and scope. The old one works for a while longer. For admins. */
  rotateToken: MadeToken;
  /** Expects no backups of a database until a time. A pause that goes on gets the new end. For operators. */
  pauseDatabase: WatchedDatabase;
  /** Expects backups of a database again: ends its pause, or its retirement. For operators. */
  resumeDatabase: WatchedDatabase;
  /** Expects no backups of a database any more. Its backups stay. For operators. */
  retireDatabase: WatchedDatabase;
};


/** What changes something. By POST only. */
export type MutationAcknowledgeAlarmArgs = {
  id: Scalars['ID']['input'];
  reason: Scalars['String']['input'];
  until?: InputMaybe<Scalars['DateTime']['input']>;
};


/** What changes something. By POST only. */
export type MutationTestChannelArgs = {
  name: Scalars['String']['input'];
};


/** What changes something. By POST only. */
export type MutationApplyRetentionPlanArgs = {
  id: Scalars['ID']['input'];
};


/** What changes something. By POST only. */
export type MutationPinBackupArgs = {
  id: Scalars['ID']['input'];
  reason: Scalars['String']['input'];
  endsAt?: InputMaybe<Scalars['DateTime']['input']>;
};


/** What changes something. By POST only. */
export type MutationUnpinBackupArgs = {
  id: Scalars['ID']['input'];
};


/** What changes something. By POST only. */
export type MutationHoldBackupArgs = {
  id: Scalars['ID']['input'];
  reason: Scalars['String']['input'];
};


/** What changes something. By POST only. */
export type MutationReleaseBackupArgs = {
  id: Scalars['ID']['input'];
};


/** What changes something. By POST only. */
export type MutationForgetBackupArgs = {
  id: Scalars['ID']['input'];
  reason: Scalars['String']['input'];
  evenLast?: Scalars['Boolean']['input'];
};


/** What changes something. By POST only. */
export type MutationTakeBackBackupArgs = {
  id: Scalars['ID']['input'];
};


/** What changes something. By POST only. */
export type MutationCreateTokenArgs = {
  name: Scalars['String']['input'];
  role: Role;
  scope?: InputMaybe<Array<Scalars['String']['input']>>;
  expires?: InputMaybe<Scalars['String']['input']>;
};


/** What changes something. By POST only. */
export type MutationRevokeTokenArgs = {
  name: Scalars['String']['input'];
};


/** What changes something. By POST only. */
export type MutationRotateTokenArgs = {
  name: Scalars['String']['input'];
  overlap?: InputMaybe<Scalars['String']['input']>;
  expires?: InputMaybe<Scalars['String']['input']>;
};


/** What changes something. By POST only. */
export type MutationPauseDatabaseArgs = {
  name: Scalars['String']['input'];
  until: Scalars['DateTime']['input'];
  reason: Scalars['String']['input'];
  by?: InputMaybe<Scalars['String']['input']>;
};


/** What changes something. By POST only. */
export type MutationResumeDatabaseArgs = {
  name: Scalars['String']['input'];
};


/** What changes something. By POST only. */
export type MutationRetireDatabaseArgs = {
  name: Scalars['String']['input'];
  reason: Scalars['String']['input'];
  by?: InputMaybe<Scalars['String']['input']>;
};

/** How the test of a channel went. */
export type TestedChannel = {
  __typename?: 'TestedChannel';
  /** The name of the channel. */
  name: Scalars['String']['output'];
  /** Its type, such as `mail`. */
  type: Scalars['String']['output'];
  /** What the other side answered. Null when it did not take the message. */
  answer?: Maybe<Scalars['String']['output']>;
  /** Why the message was not taken, or what was wrong although it was taken. Null when all is well. */
  problem?: Maybe<Scalars['String']['output']>;
};

/** Which backups would be removed, as it was at one time. Only what is of databases in scope. */
export type RetentionPlan = {
  __typename?: 'RetentionPlan';
  /** Its id. */
  id: Scalars['ID']['output'];
  /** When it was made. */
  madeAt: Scalars['DateTime']['output'];
  /** Whether it can be applied. */
  state: RetentionPlanState;
  /** When it was applied. Null when it was not. */
  appliedAt?: Maybe<Scalars['DateTime']['output']>;
  /** Who has applied it. `retention` where no operator was needed. Null when no one has. */
  appliedBy?: Maybe<Scalars['String']['output']>;
  /** The number of backups to be removed. */
  goes: Scalars['Int']['output'];
  /** The size of their zips, in bytes. */
  goesBytes: Scalars['BigInt']['output'];
  /** What holds all of it, or has all of it wait for an operator. */
  brakes: Array<RetentionBrake>;
  /** The databases of which a backup is to be removed, or whose removals something holds. */
  databases: Array<RetentionDatabase>;
  /** The backups to be removed, each with its reason. */
  removals: Array<RetentionRemoval>;
};


/** Which backups would be removed, as it was at one time. Only what is of databases in scope. */
export type RetentionPlanRemovalsArgs = {
  first?: Scalars['Int']['input'];
  after?: InputMaybe<Scalars['ID']['input']>;
};

/** Whether a retention plan can be applied. */
export type RetentionPlanState =
  /** A part of it, or all of it, waits for an operator. */
  | 'waiting'
  /** All of it was applied, or nothing was to be removed. */
  | 'applied'
  /** A newer plan replaces it. */
  | 'superseded'
  /** Nothing of it may be removed. */
  | 'held';

/** What a retention plan has of one database. */
export type RetentionDatabase = {
  __typename?: 'RetentionDatabase';
  /** The name of the database. */
  name: Scalars['String']['output'];
  /** The number of its backups. */
  backups: Scalars['Int']['output'];
  /** The size of their zips, in bytes. */
  bytes: Scalars['BigInt']['output'];
  /** The number of its backups to be removed. */
  goes: Scalars['Int']['output'];
  /** The size of their zips, in bytes. */
  goesBytes: Scalars['BigInt']['output'];
  /** Why none of its backups may be removed. */
  holds: Array<RetentionBrake>;
  /** Why its backups are removed only when an operator applies the plan. */
  waits: Array<RetentionBrake>;
};

/** Why backups are not removed, or not automatically. */
export type RetentionBrake = {
  __typename?: 'RetentionBrake';
  /** Such as `late` or `policy_changed`. */
  kind: Scalars['String']['output'];
  /** The reason. */
  message: Scalars['String']['output'];
};

/** A backup that a retention plan removes. */
export type RetentionRemoval = {
  __typename?: 'RetentionRemoval';
  /** Use it as `after` to list what follows. */
  id: Scalars['ID']['output'];
  /** The name of its database. */
  database: Scalars['String']['output'];
  /** The id of the backup. */
  backupId: Scalars['ID']['output'];
  /** The name of its zip. */
  fileName: Scalars['String']['output'];
  /** The size of its zip, in bytes. */
  size: Scalars['BigInt']['output'];
  /** Why it is to be removed. */
  why: Scalars['String']['output'];
  /** When it was given to the removal. Null while it waits. */
  scheduledAt?: Maybe<Scalars['DateTime']['output']>;
};

/** What a retention plan removes from now on. */
export type AppliedRetentionPlan = {
  __typename?: 'AppliedRetentionPlan';
  /** The number of backups. */
  backups: Scalars['Int']['output'];
  /** The size of their zips, in bytes. */
  bytes: Scalars['BigInt']['output'];
  /** When their files are removed. Until then they can be downloaded and taken back. */
  dueAt: Scalars['DateTime']['output'];
  /** The number of other backups of the plan that still wait. */
  stillWaiting: Scalars['Int']['output'];
};

/** What the retention does with one database, by the rules of now. */
export type DatabaseRetention = {
  __typename?: 'DatabaseRetention';
  /** Whether the retention is on. While it is off, nothing is removed. */
  isOn: Scalars['Boolean']['output'];
  /** Its policy, in words. */
  policy: Scalars['String']['output'];
  /** The number of its backups that a plan of now would remove. */
  goes: Scalars['Int']['output'];
  /** The size of their zips, in bytes. */
  goesBytes: Scalars['BigInt']['output'];
  /** Why none of its backups may be removed. */
  holds: Array<RetentionBrake>;
  /** Why its backups would be removed only when an operator applies the plan. */
  waits: Array<RetentionBrake>;
};

/** What a token may do. */
export type Role =
  /** Sends backups and reports, and reads nothing. */
  | 'upload'
  /** Lists and downloads, and reports what it has restored. */
  | 'read'
  /** The same, and decides: accepts losses, pins and removes backups, applies retention plans, pauses databases, acknowledges alarms. */
  | 'operator'
  /** Everything. */
  | 'admin';

/** A token. Its text is kept nowhere. */
export type Token = {
  __typename?: 'Token';
  /** The id that the audit trail has. */
  id: Scalars['ID']['output'];
  /** Its name. A token that was rotated shares it with the one that replaces it. */
  name: Scalars['String']['output'];
  /** What it may do. */
  role: Role;
  /** The databases that it is for: names, and beginnings of names followed by `*`. */
  scope: Array<Scalars['String']['output']>;
  /** Whether it is let in at the moment. */
  isInUse: Scalars['Boolean']['output'];
  /** When it was made. */
  createdAt: Scalars['DateTime']['output'];
  /** When it ends. Null when it does not. */
  expiresAt?: Maybe<Scalars['DateTime']['output']>;
  /** When it was revoked. Null when it was not. */
  revokedAt?: Maybe<Scalars['DateTime']['output']>;
  /** When it was last used, to the minute. Null when it never was. */
  lastUsedAt?: Maybe<Scalars['DateTime']['output']>;
};

/** A token that was just made. */
export type MadeToken = {
  __typename?: 'MadeToken';
  /** The token itself: keep it in a file. It is never shown again. */
  text: Scalars['String']['output'];
  /** What is known of it from now on. */
  token: Token;
};

/** Events that are sent as they happen, as server-sent events. */
export type Subscription = {
  __typename?: 'Subscription';
  /** Each new backup, as soon as it is stored, checked and recorded. */
  backupReceived: Backup;
};


/** Events that are sent as they happen, as server-sent events. */
export type SubscriptionBackupReceivedArgs = {
  database?: InputMaybe<Scalars['String']['input']>;
};

/** A database that has been backed up. */
export type Database = {
  __typename?: 'Database';
  /** The name under which its backups are kept. */
  name: Scalars['String']['output'];
  /** The backup whose dump began last, in any state. */
  latestBackup?: Maybe<Backup>;
  /** The newest complete backup whose stored file is not damaged: use it for a restore. Null when the database has no such backup. */
  latestCompleteBackup?: Maybe<Backup>;
  /** Its newest complete backup, if that has a loss that no one has accepted. Null otherwise. */
  unacceptedLoss?: Maybe<Backup>;
  /** Its backups. */
  backups: BackupConnection;
  /** Its newest drill, with any outcome. Null when no backup of it had a drill. */
  lastDrill?: Maybe<Drill>;
  /** Its newest drill that showed whether the backup is restorable. Null when it had no such drill. */
  lastProof?: Maybe<Drill>;
  /** The drills of its backups, newest first. */
  drills: Array<Drill>;
  /** The restores of its backups that clients reported, newest first. */
  restores: Array<Restore>;
  /** Whether it keeps its contract. Null when the service has not looked at it yet, as in its first minute. */
  state?: Maybe<FreshnessState>;
  /** How often it must have a complete backup. Null when the service has not looked at it yet. */
  contract?: Maybe<Contract>;
  /** When its next complete backup is due, or was due. Null while no backup is expected. */
  due?: Maybe<Scalars['DateTime']['output']>;
  /** How long its restores took, as its drills measured it, oldest first. */
  restoreTimes: Array<RestoreTime>;
  /** The newest attempt to back it up that a run has reported, with any result. Null when no run has reported one. */
  lastAttempt?: Maybe<RunOutcome>;
  /** The number of its backups. */
  backupCount: Scalars['Int']['output'];
  /** The size of all their zips together, in bytes. */
  storedBytes: Scalars['BigInt']['output'];
  /** Its totals of each day up to today, oldest first. A day without a backup is listed, too. */
  days: Array<Day>;
  /** What the retention would remove of it now, and what holds that. */
  retention: DatabaseRetention;
};


/** A database that has been backed up. */
export type DatabaseBackupsArgs = {
  first?: Scalars['Int']['input'];
  after?: InputMaybe<Scalars['String']['input']>;
  orderBy?: BackupOrder;
};


/** A database that has been backed up. */
export type DatabaseDrillsArgs = {
  first?: Scalars['Int']['input'];
};


/** A database that has been backed up. */
export type DatabaseRestoresArgs = {
  first?: Scalars['Int']['input'];
};


/** A database that has been backed up. */
export type DatabaseRestoreTimesArgs = {
  last?: Scalars['Int']['input'];
};


/** A database that has been backed up. */
export type DatabaseDaysArgs = {
  last?: Scalars['Int']['input'];
};

/** Whether a database keeps its contract. */
export type FreshnessState =
  /** It has no complete backup yet since it is watched, and none was due yet. */
  | 'new'
  /** Its last complete backup is recent enough. */
  | 'ok'
  /** A complete backup was due, and did not come within the grace. */
  | 'late'
  /** A second one was due, too, and did not come within the grace. */
  | 'critical'
  /** It has no complete backup at all, and one was due. */
  | 'never'
  /** It was on the list of a source, and is no longer on any list. */
  | 'dropped'
  /** Someone has paused it: no backup is expected for a while. */
  | 'paused'
  /** Someone has retired it: no backup is expected any more. */
  | 'retired';

/** How often a database must have a complete backup. */
export type Contract = {
  __typename?: 'Contract';
  /** An interval such as `24h`, or a cron expression with its time zone such as `cron 30 1 * * * Asia/Jakarta`. */
  every: Scalars['String']['output'];
  /** How long after its due time a backup may come before the database is late, such as `2h`. */
  grace: Scalars['String']['output'];
  /** The group that the database belongs to. Null when it is in no group. */
  group?: Maybe<Scalars['String']['output']>;
  /** Where `every` is from, such as `defaults`, `group acme`, `databases.json of db7` or `databases on the service`. */
  everyFrom: Scalars['String']['output'];
  /** Where `grace` is from. */
  graceFrom: Scalars['String']['output'];
};

/** A database that is expected to have backups. It may never have had one. */
export type WatchedDatabase = {
  __typename?: 'WatchedDatabase';
  /** Its name. */
  name: Scalars['String']['output'];
  /** Whether it keeps its contract. */
  state: FreshnessState;
  /** Since when it is in this state. */
  since: Scalars['DateTime']['output'];
  /** When its next complete backup is due, or was due. Null while no backup is expected. */
  due?: Maybe<Scalars['DateTime']['output']>;
  /** When it becomes late, or became late. Null while no backup is expected. */
  lateAt?: Maybe<Scalars['DateTime']['output']>;
  /** When it becomes critical, or became critical. Null while no backup is expected. A database that never had a complete backup stays `never`. */
  criticalAt?: Maybe<Scalars['DateTime']['output']>;
  /** How often it must have a complete backup. */
  contract: Contract;
  /** Its newest complete backup whose stored file is not damaged, and which was not made for a restore. Null when it has no such backup. */
  lastComplete?: Maybe<Backup>;
  /** Its pause. Null when it is not paused. */
  pause?: Maybe<DatabasePause>;
  /** Its retirement. Null when it is not retired. */
  retirement?: Maybe<Retirement>;
  /** The database with its backups. Null when it has never had a backup. */
  database?: Maybe<Database>;
};

/** A time in which no backups of a database are expected. */
export type DatabasePause = {
  __typename?: 'DatabasePause';
  /** When it began. */
  from: Scalars['DateTime']['output'];
  /** When it ends. */
  until: Scalars['DateTime']['output'];
  /** Who decided it. */
  by: Scalars['String']['output'];
  /** Why. */
  reason: Scalars['String']['output'];
};

/** From its time on no backups of a database are expected any more. */
export type Retirement = {
  __typename?: 'Retirement';
  /** When it was retired. */
  at: Scalars['DateTime']['output'];
  /** Who decided it. */
  by: Scalars['String']['output'];
  /** Why. */
  reason: Scalars['String']['output'];
};

/** Which watched databases are listed. A field that is left out does not matter. */
export type WatchedDatabaseFilter = {
  /** Only databases in one of these states. */
  states?: InputMaybe<Array<FreshnessState>>;
  /** The database with this name. */
  name?: InputMaybe<Scalars['String']['input']>;
};

/** A page of watched databases. */
export type WatchedDatabaseConnection = {
  __typename?: 'WatchedDatabaseConnection';
  /** The databases of this page, each with its cursor. */
  edges: Array<WatchedDatabaseEdge>;
  /** The databases of this page, without their cursors. */
  nodes: Array<WatchedDatabase>;
  /** Whether other pages exist, and the cursors for them. */
  pageInfo: PageInfo;
  /** The number of entries on all pages. It is counted only when you ask for it. */
  totalCount: Scalars['Int']['output'];
};

/** A watched database in a list. */
export type WatchedDatabaseEdge = {
  __typename?: 'WatchedDatabaseEdge';
  /** Use it as `after` to list what follows. */
  cursor: Scalars['String']['output'];
  /** The database. */
  node: WatchedDatabase;
};

/** When a database went from one state to another. */
export type StateChange = {
  __typename?: 'StateChange';
  /** Its id. */
  id: Scalars['ID']['output'];
  /** The name of the database. */
  database: Scalars['String']['output'];
  /** The state before. Null when the database was not watched before. */
  from?: Maybe<FreshnessState>;
  /** The state from then on. */
  to: FreshnessState;
  /** When the service found it. */
  at: Scalars['DateTime']['output'];
  /** Why, in one sentence. */
  why: Scalars['String']['output'];
};

/** Which changes of states are listed. A field that is left out does not matter. */
export type StateChangeFilter = {
  /** Changes of the database with this name. */
  database?: InputMaybe<Scalars['String']['input']>;
  /** Not before this time. */
  from?: InputMaybe<Scalars['DateTime']['input']>;
  /** Before this time. */
  before?: InputMaybe<Scalars['DateTime']['input']>;
};

/** A page of changes of states. */
export type StateChangeConnection = {
  __typename?: 'StateChangeConnection';
  /** The changes of this page, each with its cursor. */
  edges: Array<StateChangeEdge>;
  /** The changes of this page, without their cursors. */
  nodes: Array<StateChange>;
  /** Whether other pages exist, and the cursors for them. */
  pageInfo: PageInfo;
  /** The number of entries on all pages. It is counted only when you ask for it. */
  totalCount: Scalars['Int']['output'];
};

/** A change of a state in a list. */
export type StateChangeEdge = {
  __typename?: 'StateChangeEdge';
  /** Use it as `after` to list what follows. */
  cursor: Scalars['String']['output'];
  /** The change. */
  node: StateChange;
};

/** Which databases are listed. A field that is left out does not matter. */
export type DatabaseFilter = {
  /** The name contains this text. Upper and lower case do not matter, accents do. */
  search?: InputMaybe<Scalars['String']['input']>;
  /** The latest backup is in one of these states. */
  states?: InputMaybe<Array<BackupState>>;
  /** The latest complete backup began more than this number of hours ago, or the database has no complete backup. If the time in a file name is in the future, the time when the service received the file counts. */
  noCompleteForHours?: InputMaybe<Scalars['Float']['input']>;
  /** Whether the newest complete backup has a loss that no one has accepted. */
  hasUnacceptedLoss?: InputMaybe<Scalars['Boolean']['input']>;
  /** No drill within this number of days showed that a backup of the database is restorable, or a later drill showed that one is not. Drills that could not test do not count. */
  notProvenForDays?: InputMaybe<Scalars['Float']['input']>;
};

/** How databases are sorted. */
export type DatabaseOrder = {
  /** The value to sort by. Databases with the same value are sorted by name. */
  field: DatabaseOrderField;
  /** The direction. */
  direction?: Direction;
};

/** A value that databases are sorted by. */
export type DatabaseOrderField =
  /** The name, byte by byte. */
  | 'NAME'
  /** The time when the latest backup began. */
  | 'LATEST_BACKUP'
  /** The time when the latest complete backup began. A database without a complete backup counts as the oldest. */
  | 'LATEST_COMPLETE_BACKUP'
  /** The size of the latest zip. */
  | 'SIZE';

/** The direction of a list. */
export type Direction =
  /** Smallest, oldest or A first. */
  | 'ASC'
  /** Largest, newest or Z first. */
  | 'DESC';

/** A page of databases. */
export type DatabaseConnection = {
  __typename?: 'DatabaseConnection';
  /** The databases of this page, each with its cursor. */
  edges: Array<DatabaseEdge>;
  /** The databases of this page, without their cursors. */
  nodes: Array<Database>;
  /** Whether other pages exist, and the cursors for them. */
  pageInfo: PageInfo;
  /** The number of entries on all pages. It is counted only when you ask for it. */
  totalCount: Scalars['Int']['output'];
};

/** A database in a list. */
export type DatabaseEdge = {
  __typename?: 'DatabaseEdge';
  /** Use it as `after` to list what follows. */
  cursor: Scalars['String']['output'];
  /** The database. */
  node: Database;
};

/** One stored zip of one dump. */
export type Backup = {
  __typename?: 'Backup';
  /** The same id as in REST. */
  id: Scalars['ID']['output'];
  /** The database that was backed up. */
  database: Database;
  /** The name of the zip, as the client gave it. */
  fileName: Scalars['String']['output'];
  /** When the dump began, UTC, as REST writes it: `2023-10-31 00:00:00`. */
  timestamp: Scalars['String']['output'];
  /** When the dump began. */
  takenAt: Scalars['DateTime']['output'];
  /** The size of the zip in bytes. */
  size: Scalars['BigInt']['output'];
  /** The SHA-256 of the zip. */
  digest: Scalars['Digest']['output'];
  /** The path for the download of the zip. */
  downloadUrl: Scalars['String']['output'];
  /** Its state now. */
  state: BackupState;
  /** What the client and the service noticed about it, up to the time when it was received. */
  findings: Array<Finding>;
  /** What the database had lost since the backup before. Null when it had lost nothing, and for a backup that is not complete. */
  loss?: Maybe<Loss>;
  /** The size of the SQL dump in the zip, in bytes. Null when the service did not read it (`VERIFY_UPLOADS=off`). */
  dumpSize?: Maybe<Scalars['BigInt']['output']>;
  /** The SHA-256 of the SQL dump in the zip. Null when the service did not read it (`VERIFY_UPLOADS=off`). */
  dumpDigest?: Maybe<Scalars['Digest']['output']>;
  /** How long the dump took, in seconds. Null when the client sent no manifest. */
  dumpSeconds?: Maybe<Scalars['Float']['output']>;
  /** What the dump contains. Null when the client sent no manifest. */
  inventory?: Maybe<Inventory>;
  /** When the service had received all of it. */
  receivedAt: Scalars['DateTime']['output'];
  /** What it was made for. Null for an ordinary backup. */
  madeFor?: Maybe<BackupPurpose>;
  /** When the service last read the stored file and checked it, with any result. Null when it has not read it yet. */
  checkedAt?: Maybe<Scalars['DateTime']['output']>;
  /** What is wrong with the stored file. Null when nothing is wrong. */
  damage?: Maybe<Scalars['String']['output']>;
  /** Whether it stays by the rules of the retention, and by what holds its database now. */
  kept: Scalars['Boolean']['output'];
  /** Why it stays or is removed: `kept: …`, `to be removed: …` or `removed: …`. */
  keptBecause: Scalars['String']['output'];
  /** Who removes it, or has removed it, when and why. Null for a backup that stays. */
  removal?: Maybe<Removal>;
  /** When it is removed. It can be taken back before. Null where the backup stays, and where it was removed. */
  removalDue?: Maybe<Scalars['DateTime']['output']>;
  /** Its pins and legal holds, oldest first, also those that have ended. */
  pins: Array<Pin>;
  /** Its newest drill, with any outcome. Null when it had no drill. */
  drill?: Maybe<Drill>;
  /** Its newest drill that showed whether it is restorable. Null when it had no such drill. */
  proof?: Maybe<Drill>;
  /** Its drills, newest first. */
  drills: Array<Drill>;
  /** The restores of it that clients reported, newest first. */
  restores: Array<Restore>;
};


/** One stored zip of one dump. */
export type BackupDrillsArgs = {
  first?: Scalars['Int']['input'];
};


/** One stored zip of one dump. */
export type BackupRestoresArgs = {
  first?: Scalars['Int']['input'];
};

/** That a backup is removed. Its history stays; its file is removed. */
export type Removal = {
  __typename?: 'Removal';
  /** When its file is removed. Until then it can be downloaded and taken back. Null when it is gone. */
  due?: Maybe<Scalars['DateTime']['output']>;
  /** When its file was removed. Null while it is there. */
  at?: Maybe<Scalars['DateTime']['output']>;
  /** Who removes it: `retention`, a token, or a user of the machine of the service. */
  by: Scalars['String']['output'];
  /** Why. */
  reason: Scalars['String']['output'];
};

/** What keeps a backup: the retention does not remove it. */
export type Pin = {
  __typename?: 'Pin';
  /** What it is. */
  kind: PinKind;
  /** Why the backup is kept. */
  reason: Scalars['String']['output'];
  /** Who pinned it. */
  by: Scalars['String']['output'];
  /** Since when it is pinned. */
  at: Scalars['DateTime']['output'];
  /** When the pin ends. Null when it does not end by itself. */
  endsAt?: Maybe<Scalars['DateTime']['output']>;
  /** When someone ended it. Null when no one has. */
  releasedAt?: Maybe<Scalars['DateTime']['output']>;
  /** Who ended it. Null when no one has. */
  releasedBy?: Maybe<Scalars['String']['output']>;
  /** Whether it keeps the backup now. */
  isActive: Scalars['Boolean']['output'];
};

/** What keeps a backup. */
export type PinKind =
  /** A pin: it may have an end. */
  | 'pin'
  /** A legal hold: it keeps the backup from being erased, too. */
  | 'hold';

/** A drill: one backup was restored into a throwaway server, and the result was compared with the backup. */
export type Drill = {
  __typename?: 'Drill';
  /** The same id as in REST. */
  id: Scalars['ID']['output'];
  /** The backup that was restored. Null when the history no longer has it. */
  backup?: Maybe<Backup>;
  /** The name of its zip. */
  fileName: Scalars['String']['output'];
  /** What it showed. */
  outcome: DrillOutcome;
  /** When it ended. If the clock of the client can't be right, when the service received the report. */
  at: Scalars['DateTime']['output'];
  /** The measured time of a restore in seconds, from the start of the fetch to the end of the verification. Null when it did not get there. */
  seconds?: Maybe<Scalars['Float']['output']>;
  /** The size of the SQL dump that was loaded, in bytes. Null when nothing was loaded. */
  loadedBytes?: Maybe<Scalars['BigInt']['output']>;
  /** Why the outcome is not a good one. Null when it is. */
  reason?: Maybe<Scalars['String']['output']>;
  /** The number of differences between the restored database and its backup. */
  differenceCount: Scalars['Int']['output'];
  /** What the client reported in detail. Null when this version of the service does not understand it. */
  details?: Maybe<DrillDetails>;
};

/** What a backup was made for, if it is no ordinary one. */
export type BackupPurpose =
  /** A restore that was about to replace this data. No later backup is compared with it, and it is restored only by its id. */
  | 'restore';

/** What a drill showed. A drill is never counted as good when it could not test. */
export type DrillOutcome =
  /** The backup was restored, and all that was tested agrees. */
  | 'restorable'
  /** The backup could not be restored, or the restored database differs. */
  | 'not_restorable'
  /** Nothing is known: the drill could not be done. */
  | 'could_not_test';

/** The details of a drill. */
export type DrillDetails = {
  __typename?: 'DrillDetails';
  /** The server into which the backup was restored. Null when it did not get there. */
  server?: Maybe<DatabaseServer>;
  /** The first differences. */
  differences: Array<Difference>;
  /** What was not tested, one sentence each. */
  notTested: Array<Scalars['String']['output']>;
  /** The checks of the user, each with its result. */
  checks: Array<DrillCheck>;
  /** Whether a dump of the restored database is the same as the backup, dates aside. Null when they were not compared. */
  sameDumpAgain?: Maybe<Scalars['Boolean']['output']>;
  /** The seconds of each part. */
  phases: RestorePhases;
  /** The program that did it. */
  madeBy: Scalars['String']['output'];
};

/** A check of the user in a drill: SQL with its expected result. */
export type DrillCheck = {
  __typename?: 'DrillCheck';
  /** Its name. */
  name: Scalars['String']['output'];
  /** The SQL, shortened. */
  sql: Scalars['String']['output'];
  /** The expected result. */
  expected: Scalars['String']['output'];
  /** The result. Null when there was an error. */
  found?: Maybe<Scalars['String']['output']>;
  /** Why there is no result. Null when there is one. */
  error?: Maybe<Scalars['String']['output']>;
  /** Whether the result is the expected one. */
  agrees: Scalars['Boolean']['output'];
};

/** A restore that a client reported. */
export type Restore = {
  __typename?: 'Restore';
  /** The same id as in REST. */
  id: Scalars['ID']['output'];
  /** The backup that was restored. Null when it came from a file that the service does not have, or the history no longer has it. */
  backup?: Maybe<Backup>;
  /** The name of the zip. */
  fileName: Scalars['String']['output'];
  /** How it ended. */
  outcome: RestoreOutcome;
  /** When it ended. If the clock of the client can't be right, when the service received the report. */
  at: Scalars['DateTime']['output'];
  /** The time in seconds from the start of the fetch to the end of the verification. Null when it did not get there. */
  seconds?: Maybe<Scalars['Float']['output']>;
  /** The size of the SQL dump that was loaded, in bytes. Null when nothing was loaded. */
  loadedBytes?: Maybe<Scalars['BigInt']['output']>;
  /** Why not all agrees. Null when all agrees. */
  reason?: Maybe<Scalars['String']['output']>;
  /** The number of differences between the restored database and its backup. */
  differenceCount: Scalars['Int']['output'];
  /** The host or socket of the server to which it was restored. */
  targetHost?: Maybe<Scalars['String']['output']>;
  /** The database to which it was restored. */
  targetDatabase?: Maybe<Scalars['String']['output']>;
  /** What the client reported in detail. Null when this version of the service does not understand it. */
  details?: Maybe<RestoreDetails>;
};

/** How a restore ended. */
export type RestoreOutcome =
  /** All that was restored agrees with the backup. */
  | 'agreed'
  /** It was loaded, but something differs. */
  | 'differs'
  /** It failed. */
  | 'failed';

/** The details of a restore. */
export type RestoreDetails = {
  __typename?: 'RestoreDetails';
  /** The server to which the backup was restored. Null when it did not get there. */
  server?: Maybe<DatabaseServer>;
  /** The first differences. */
  differences: Array<Difference>;
  /** What was not tested, one sentence each. */
  notTested: Array<Scalars['String']['output']>;
  /** The first tables that were chosen. Null when all were restored. */
  tables?: Maybe<Array<Scalars['String']['output']>>;
  /** Whether the target is as it was before. Only a restore that failed can leave it so. */
  targetUnchanged: Scalars['Boolean']['output'];
  /** The seconds of each part. */
  phases: RestorePhases;
  /** The program that did it. */
  madeBy: Scalars['String']['output'];
};

/** A database server. */
export type DatabaseServer = {
  __typename?: 'DatabaseServer';
  /** Its flavour: `mysql` or `mariadb`. */
  flavour: Scalars['String']['output'];
  /** Its version. */
  version: Scalars['String']['output'];
};

/** Something in a restored database that is not as in the backup. */
export type Difference = {
  __typename?: 'Difference';
  /** What it is, such as `table`. */
  kind: Scalars['String']['output'];
  /** Its name. Null when the database itself differs. */
  object?: Maybe<Scalars['String']['output']>;
  /** What was expected. Null when nothing was. */
  expected?: Maybe<Scalars['String']['output']>;
  /** What was found. Null when nothing was. */
  found?: Maybe<Scalars['String']['output']>;
};

/** How long each part of a restore took, in seconds. Null for a part that was not done. */
export type RestorePhases = {
  __typename?: 'RestorePhases';
  /** Fetching the zip. */
  fetch?: Maybe<Scalars['Float']['output']>;
  /** Inflating and loading. */
  load?: Maybe<Scalars['Float']['output']>;
  /** Adding keys after the rows. */
  keys?: Maybe<Scalars['Float']['output']>;
  /** Verifying. */
  verify?: Maybe<Scalars['Float']['output']>;
};

/** The measured time of one restore. */
export type RestoreTime = {
  __typename?: 'RestoreTime';
  /** When it ended. */
  at: Scalars['DateTime']['output'];
  /** How long it took, in seconds. */
  seconds: Scalars['Float']['output'];
  /** The size of the SQL dump that was loaded, in bytes. Null when it is not known. */
  loadedBytes?: Maybe<Scalars['BigInt']['output']>;
};

/** How much of the fleet is proven. The newest drill of a database within these days that showed whether its backup is restorable decides. */
export type FleetProven = {
  __typename?: 'FleetProven';
  /** The number of databases that have been backed up. */
  databases: Scalars['Int']['output'];
  /** The number of databases whose backup is restorable. */
  proven: Scalars['Int']['output'];
  /** The number of databases whose backup is not restorable. */
  notRestorable: Scalars['Int']['output'];
  /** The number of databases that had drills, none of which could test anything. */
  couldNotTest: Scalars['Int']['output'];
  /** The number of databases without a drill within these days. */
  never: Scalars['Int']['output'];
};

/** What a dump contains, as its manifest lists it. */
export type Inventory = {
  __typename?: 'Inventory';
  /** Its tables. */
  tables: Array<InventoryTable>;
  /** The rows of all tables. */
  rows: Scalars['BigInt']['output'];
  /** Names of the views. */
  views: Array<Scalars['String']['output']>;
  /** Names of the triggers. */
  triggers: Array<Scalars['String']['output']>;
  /** Names of the procedures. */
  procedures: Array<Scalars['String']['output']>;
  /** Names of the functions. */
  functions: Array<Scalars['String']['output']>;
  /** Names of the events. */
  events: Array<Scalars['String']['output']>;
  /** Names of the sequences, which MariaDB has. */
  sequences: Array<Scalars['String']['output']>;
  /** Names of the packages, which MariaDB has. */
  packages: Array<Scalars['String']['output']>;
  /** Names of the package bodies, which MariaDB has. */
  packageBodies: Array<Scalars['String']['output']>;
};

/** A table in a dump. */
export type InventoryTable = {
  __typename?: 'InventoryTable';
  /** Its name. */
  name: Scalars['String']['output'];
  /** The number of rows in the INSERT statements of the dump. */
  rows: Scalars['BigInt']['output'];
  /** The size of these statements in the dump, in bytes. */
  bytes: Scalars['BigInt']['output'];
};

/** Which backups are listed. A field that is left out does not matter. */
export type BackupFilter = {
  /** Backups of this database. Give its full name. */
  database?: InputMaybe<Scalars['String']['input']>;
  /** Backups in one of these states. */
  states?: InputMaybe<Array<BackupState>>;
  /** The dump began at this time or later. If the time in the file name is more than 15 minutes after the receipt, the time of the receipt counts. */
  takenFrom?: InputMaybe<Scalars['DateTime']['input']>;
  /** The dump began before this time. If the time in the file name is more than 15 minutes after the receipt, the time of the receipt counts. */
  takenBefore?: InputMaybe<Scalars['DateTime']['input']>;
  /** The smallest size of the zip, in bytes. */
  minSize?: InputMaybe<Scalars['BigInt']['input']>;
  /** The largest size of the zip, in bytes. */
  maxSize?: InputMaybe<Scalars['BigInt']['input']>;
  /** The file name of the zip begins with this text. */
  fileName?: InputMaybe<Scalars['String']['input']>;
  /** Whether its file was removed. */
  isRemoved?: InputMaybe<Scalars['Boolean']['input']>;
  /** Whether a pin or a legal hold keeps it now. */
  isPinned?: InputMaybe<Scalars['Boolean']['input']>;
};

/** How backups are sorted. */
export type BackupOrder = {
  /** The value to sort by. Backups with the same value are sorted by id. */
  field: BackupOrderField;
  /** The direction. */
  direction?: Direction;
};

/** A value that backups are sorted by. */
export type BackupOrderField =
  /** The time when the dump began. If the time in the file name is more than 15 minutes after the receipt, the time of the receipt counts. */
  | 'TAKEN'
  /** The size of the zip. */
  | 'SIZE';

/** A page of backups. */
export type BackupConnection = {
  __typename?: 'BackupConnection';
  /** The backups of this page, each with its cursor. */
  edges: Array<BackupEdge>;
  /** The backups of this page, without their cursors. */
  nodes: Array<Backup>;
  /** Whether other pages exist, and the cursors for them. */
  pageInfo: PageInfo;
  /** The number of entries on all pages. It is counted only when you ask for it. */
  totalCount: Scalars['Int']['output'];
};

/** A backup in a list. */
export type BackupEdge = {
  __typename?: 'BackupEdge';
  /** Use it as `after` to list what follows. */
  cursor: Scalars['String']['output'];
  /** The backup. */
  node: Backup;
};

/** The position of a page in its list (cursor connections as in Relay). */
export type PageInfo = {
  __typename?: 'PageInfo';
  /** Whether a next page exists. */
  hasNextPage: Scalars['Boolean']['output'];
  /** Whether a previous page exists: true when the page was requested with `after`. */
  hasPreviousPage: Scalars['Boolean']['output'];
  /** The cursor of the first entry on this page. Null when the page is empty. */
  startCursor?: Maybe<Scalars['String']['output']>;
  /** The cursor of the last entry on this page: use it as `after` for the next page. Null when the page is empty. */
  endCursor?: Maybe<Scalars['String']['output']>;
};

/** The state of a backup, with the same names as in REST. */
export type BackupState =
  /** The backup contains everything that the server showed: the manifest lists it, and the service checked the dump. */
  | 'complete'
  /** Something is not in the backup, or may not be restored from it: the findings name it. */
  | 'incomplete'
  /** The content was not checked: the backup came without a manifest, or the service did not read it. */
  | 'unverified'
  /** The stored file has changed or is missing since it was received. */
  | 'damaged';

/** Something that `sade` or the service noticed about a backup. */
export type Finding = {
  __typename?: 'Finding';
  /** The code, for programs, such as `SHRUNK`. A later version may have new codes. */
  code: Scalars['String']['output'];
  /** How serious it is. */
  severity: Severity;
  /** What was noticed, in one sentence with names and numbers, for people. */
  message: Scalars['String']['output'];
  /** What to do about it. Null when there is nothing to do. */
  advice?: Maybe<Scalars['String']['output']>;
};

/** What a database had lost at the time of a complete backup. */
export type Loss = {
  __typename?: 'Loss';
  /** Whether someone has accepted it. */
  status: LossStatus;
  /** What was lost, in one sentence with names and numbers. */
  message: Scalars['String']['output'];
  /** The backup that still contains what was lost. Null when that backup is no longer in the history. */
  reference?: Maybe<Backup>;
  /** Who accepted it, when and why. Null when no one has accepted it. */
  acceptance?: Maybe<Acceptance>;
};

/** Whether a loss is accepted, with the same names as in REST. */
export type LossStatus =
  /** No one has accepted it. Later backups are compared with the backup before the loss. */
  | 'unaccepted'
  /** Someone has accepted it. Later backups are compared with this one. */
  | 'accepted'
  /** It needs no acceptance: a newer complete backup has no loss, or its loss was accepted. */
  | 'superseded';

/** The acceptance of a loss that was on purpose. */
export type Acceptance = {
  __typename?: 'Acceptance';
  /** When the loss was accepted. */
  at: Scalars['DateTime']['output'];
  /** Who accepted it, as the client gave the name. Null when the client gave no name. */
  by?: Maybe<Scalars['String']['output']>;
  /** Why the loss was on purpose. */
  reason: Scalars['String']['output'];
};

/** How serious a finding is. */
export type Severity =
  /** Something is not in the backup, or may not be restored from it. */
  | 'incomplete'
  /** The content was not checked. */
  | 'unverified'
  /** The backup is complete, and something deserves attention. */
  | 'warning';

/** Totals of all backups. */
export type Statistics = {
  __typename?: 'Statistics';
  /** The number of databases that have been backed up. */
  databases: Scalars['Int']['output'];
  /** The number of backups. */
  backups: Scalars['Int']['output'];
  /** The size of all their zips together, in bytes. */
  bytes: Scalars['BigInt']['output'];
  /** The number of backups whose stored file is damaged or missing. */
  damaged: Scalars['Int']['output'];
  /** The totals of each day up to today, oldest first. A day without a backup is listed, too. */
  days: Array<Day>;
};

/** The totals of one day: all backups whose dump began on that day, in UTC. */
export type Day = {
  __typename?: 'Day';
  /** The day. */
  day: Scalars['Date']['output'];
  /** The number of backups. */
  backups: Scalars['Int']['output'];
  /** The size of their zips, in bytes. */
  bytes: Scalars['BigInt']['output'];
  /** The size of their SQL dumps, in bytes. A dump that the service has not read does not count. */
  dumpBytes: Scalars['BigInt']['output'];
  /** The number of these backups that are complete now. */
  complete: Scalars['Int']['output'];
  /** The number of these backups that are incomplete. */
  incomplete: Scalars['Int']['output'];
  /** The number of these backups whose content was not checked. */
  unverified: Scalars['Int']['output'];
  /** The number of these backups whose stored file is damaged or missing. */
  damaged: Scalars['Int']['output'];
  /** The number of databases without a complete backup of this day. Only databases that were backed up on this day or before count. For today, the backups of the night may not have been made yet. */
  failures: Scalars['Int']['output'];
};

/** Which entries of the audit trail are listed. A field that is left out does not matter. */
export type AuditFilter = {
  /** Not before this time. */
  from?: InputMaybe<Scalars['DateTime']['input']>;
  /** Before this time. */
  before?: InputMaybe<Scalars['DateTime']['input']>;
  /** By the token with this name. */
  token?: InputMaybe<Scalars['String']['input']>;
  /** By a client with this address. */
  address?: InputMaybe<Scalars['String']['input']>;
  /** This was done, or was requested. */
  action?: InputMaybe<AuditAction>;
  /** About the database with this name. */
  database?: InputMaybe<Scalars['String']['input']>;
  /** With this result. */
  result?: InputMaybe<AuditResult>;
};

/** What was done, or was requested. */
export type AuditAction =
  /** A backup was sent. */
  | 'upload'
  /** A zip was downloaded. */
  | 'download'
  /** A manifest was read. */
  | 'manifest'
  /** The report of a drill was sent. */
  | 'drill_report'
  /** The report of a restore was sent. */
  | 'restore_report'
  /** The report of a run was sent. */
  | 'run_report'
  /** A loss was accepted. */
  | 'accept'
  /** A scrub was started. */
  | 'scrub'
  /** An alarm was acknowledged. */
  | 'alarm_acknowledge'
  /** A channel was tried. */
  | 'channel_test'
  /** Someone ordered the removal of a backup. */
  | 'forget'
  /** A backup that was to be removed stays. */
  | 'take_back'
  /** A backup was removed: its file is gone. */
  | 'remove'
  /** A backup was pinned. */
  | 'pin'
  /** A pin was taken away. */
  | 'unpin'
  /** A legal hold was put on a backup. */
  | 'hold'
  /** A legal hold was taken away. */
  | 'release'
  /** The backups of a client were copied into a folder. */
  | 'export'
  /** All that is kept of a client was erased, or its erasure was ordered. */
  | 'erase'
  /** A token was made. */
  | 'token_create'
  /** A token was revoked. */
  | 'token_revoke'
  /** A token was replaced. */
  | 'token_rotate'
  /** A browser signed in to the dashboard, or tried to. */
  | 'sign_in'
  /** A session of the dashboard was ended. */
  | 'sign_out'
  /** A database was paused. */
  | 'pause'
  /** A paused or retired database was resumed. */
  | 'resume'
  /** A database was retired. */
  | 'retire'
  /** The history was rebuilt. */
  | 'rebuild'
  /** A retention plan was applied: its backups are removed when the grace is over. */
  | 'retention_apply'
  /** A backup that was received in the future was accepted: its time no longer stops removals. */
  | 'clock_accept'
  /** Any other request, which was refused. */
  | 'request'
  /** Entries of the audit trail are missing: too many waited to be stored. */
  | 'audit';

/** How it ended. */
export type AuditResult =
  /** It was about to begin. A second entry with the same `operation` has the result. */
  | 'begun'
  /** It was done. */
  | 'done'
  /** It was refused. */
  | 'refused'
  /** It failed. */
  | 'failed';

/** A page of the audit trail. */
export type AuditConnection = {
  __typename?: 'AuditConnection';
  /** The entries of this page, each with its cursor. */
  edges: Array<AuditEdge>;
  /** The entries of this page, without their cursors. */
  nodes: Array<AuditEntry>;
  /** Whether other pages exist, and the cursors for them. */
  pageInfo: PageInfo;
  /** The number of entries on all pages. It is counted only when you ask for it. */
  totalCount: Scalars['Int']['output'];
};

/** An entry in a list. */
export type AuditEdge = {
  __typename?: 'AuditEdge';
  /** Use it as `after` to list what follows. */
  cursor: Scalars['String']['output'];
  /** The entry. */
  node: AuditEntry;
};

/** An entry of the audit trail. */
export type AuditEntry = {
  __typename?: 'AuditEntry';
  /** Its id. */
  id: Scalars['ID']['output'];
  /** A UUID that the entries of the start and the end of one download or change have in common. */
  operation: Scalars['String']['output'];
  /** When it was. Of requests that were counted together: the first of them. */
  at: Scalars['DateTime']['output'];
  /** The name of the token. Null without a token. */
  token?: Maybe<Scalars['String']['output']>;
  /** The id of the token. Null without a token. */
  tokenId?: Maybe<Scalars['ID']['output']>;
  /** The address of the client. Null for a command on the machine of the service, and where refusals of many addresses were counted together. */
  address?: Maybe<Scalars['String']['output']>;
  /** What was done, or was requested. Null when this version of the service does not know it. */
  action?: Maybe<AuditAction>;
  /** The name of the database. */
  database?: Maybe<Scalars['String']['output']>;
  /** The backup. Null when there was no backup, or the history no longer has it. */
  backup?: Maybe<Backup>;
  /** The id of the backup. */
  backupId?: Maybe<Scalars['ID']['output']>;
  /** How it ended. Null when this version of the service does not know it. */
  result?: Maybe<AuditResult>;
  /** The number of requests that it stands for. More than 1 only for requests that were refused or failed. */
  count: Scalars['Int']['output'];
  /** More about it, as JSON. */
  detail?: Maybe<Scalars['String']['output']>;
};

/** Which runs are listed. A field that is left out does not matter. */
export type RunFilter = {
  /** Reported by this source. */
  source?: InputMaybe<Scalars['String']['input']>;
  /** On this host. */
  host?: InputMaybe<Scalars['String']['input']>;
  /** With this outcome, as `outcome` of the run has it. */
  outcome?: InputMaybe<RunEnd>;
};

/** How a run ended. */
export type RunEnd =
  /** All databases have a complete backup, and have lost nothing. */
  | 'ok'
  /** Some databases have no complete backup. */
  | 'some_failed'
  /** No database has a backup. */
  | 'none_succeeded'
  /** Nothing could be begun. */
  | 'broken'
  /** A signal ended it. */
  | 'interrupted';

/** A page of runs. */
export type RunConnection = {
  __typename?: 'RunConnection';
  /** The runs of this page, each with its cursor. */
  edges: Array<RunEdge>;
  /** The runs of this page, without their cursors. */
  nodes: Array<Run>;
  /** Whether other pages exist, and the cursors for them. */
  pageInfo: PageInfo;
  /** The number of entries on all pages. It is counted only when you ask for it. */
  totalCount: Scalars['Int']['output'];
};

/** A run in a list. */
export type RunEdge = {
  __typename?: 'RunEdge';
  /** Use it as `after` to list what follows. */
  cursor: Scalars['String']['output'];
  /** The run. */
  node: Run;
};

/** A run of `sade backup`. If the databases of a list use several tokens, it has one for each of them. */
export type Run = {
  __typename?: 'Run';
  /** Its id. */
  id: Scalars['ID']['output'];
  /** The UUID that the client gave it. All that belong to one run have the same. */
  runId: Scalars['String']['output'];
  /** Who backs up: the name of the host, unless it is named otherwise (`--source`). */
  source: Scalars['String']['output'];
  /** Which of several runs of that source (`--shard`). Empty when there is one. */
  shard: Scalars['String']['output'];
  /** The name of the host. */
  host: Scalars['String']['output'];
  /** When it began, by the clock of the client. If that was later than the receipt, the time of the receipt. */
  startedAt: Scalars['DateTime']['output'];
  /** When it ended, in the same way. */
  endedAt: Scalars['DateTime']['output'];
  /** When the service received the report. */
  receivedAt: Scalars['DateTime']['output'];
  /** How many seconds the clock of the client is ahead. 0 when it is less than 15 minutes. */
  clockAheadSeconds: Scalars['Int']['output'];
  /** The exit code of `sade`. Null for a token that is not for all databases. */
  exitCode?: Maybe<Scalars['Int']['output']>;
  /** What the exit code means. For a token that is not for all databases: how the databases in its scope ended. */
  outcome: RunEnd;
  /** Whether it was a run of some databases only (`--only`). */
  isPartial: Scalars['Boolean']['output'];
  /** The signal that ended it. Null when no signal did. For a token that is not for all databases: null, too, when all of its own were done before. */
  interruptedBy?: Maybe<Scalars['String']['output']>;
  /** What ended it or kept it from beginning, beside the failures of its databases. Null when nothing did, and for a token that is not for all databases. */
  problem?: Maybe<Scalars['String']['output']>;
  /** The number of its databases by their results. */
  counts: RunCounts;
  /** The number of its databases that are not in the report. Null for a token that is not for all databases. */
  leftOut?: Maybe<Scalars['Int']['output']>;
  /** Whether texts in the report were cut. */
  isCut: Scalars['Boolean']['output'];
  /** The version of `sade`. */
  sadeVersion: Scalars['String']['output'];
  /** The runtime, such as `node 24.11.1`. */
  runtime: Scalars['String']['output'];
  /** The dump programs with their versions. Null when none was found. */
  mysqldump?: Maybe<Scalars['String']['output']>;
  /** How it ended for each database, by name. */
  outcomes: Array<RunOutcome>;
};


/** A run of `sade backup`. If the databases of a list use several tokens, it has one for each of them. */
export type RunOutcomesArgs = {
  first?: Scalars['Int']['input'];
  states?: InputMaybe<Array<RunState>>;
};

/** The number of databases of a run, by their results. Zips of earlier runs are not counted. */
export type RunCounts = {
  __typename?: 'RunCounts';
  /** With a complete backup. */
  complete: Scalars['Int']['output'];
  /** With an incomplete backup. */
  incomplete: Scalars['Int']['output'];
  /** Without a backup. */
  failed: Scalars['Int']['output'];
  /** Which the run did not get to. */
  notDone: Scalars['Int']['output'];
};

/** How a run ended for one database. */
export type RunState =
  /** It has a complete backup. */
  | 'complete'
  /** It has a backup, and something is missing in it. */
  | 'incomplete'
  /** It has no backup. */
  | 'failed'
  /** The run ended before it. */
  | 'not_done';

/** A stage of a backup. */
export type RunStage =
  /** The dump. */
  | 'dump'
  /** The zip. */
  | 'zip'
  /** The upload. */
  | 'upload';

/** How a run ended for one database, as the client reported it. */
export type RunOutcome = {
  __typename?: 'RunOutcome';
  /** Its id. */
  id: Scalars['ID']['output'];
  /** The run. Null when the history no longer has it. */
  run?: Maybe<Run>;
  /** The label of the database. */
  databaseName: Scalars['String']['output'];
  /** The result. */
  state: RunState;
  /** Whether it is about a zip that an earlier run left behind. */
  isLeftover: Scalars['Boolean']['output'];
  /** When the dump began, by the clock of the client. */
  startedAt: Scalars['DateTime']['output'];
  /** When the last stage ended, by the clock of the client. */
  endedAt: Scalars['DateTime']['output'];
  /** The stage that failed. Null when none failed. */
  stage?: Maybe<RunStage>;
  /** Why it failed. Null when it did not. */
  message?: Maybe<Scalars['String']['output']>;
  /** What to do about it. */
  advice?: Maybe<Scalars['String']['output']>;
  /** What failed other databases of the run, too. Null when it did not. */
  cause?: Maybe<RunCause>;
  /** The codes of the first 50 findings. */
  findings: Array<Scalars['String']['output']>;
  /** The number of findings. */
  findingCount: Scalars['Int']['output'];
  /** Whether the database had lost something that no one had accepted. */
  isShrunk: Scalars['Boolean']['output'];
  /** The name of the zip. Null when it has no zip. */
  fileName?: Maybe<Scalars['String']['output']>;
  /** The backup. Null when it has no backup, or the history no longer has it. */
  backup?: Maybe<Backup>;
  /** The size of the SQL dump in bytes. Null when it is not known. */
  dumpBytes?: Maybe<Scalars['BigInt']['output']>;
  /** The size of the zip in bytes. Null when it is not known. */
  zipBytes?: Maybe<Scalars['BigInt']['output']>;
  /** The number of tables. Null when it is not known. */
  tables?: Maybe<Scalars['Int']['output']>;
  /** The number of rows. Null when it is not known. */
  rows?: Maybe<Scalars['BigInt']['output']>;
  /** The seconds from the start of the dump to the end of the last stage. Null when it was not begun. */
  seconds?: Maybe<Scalars['Float']['output']>;
  /** The seconds of each stage. */
  stageSeconds: StageSeconds;
};

/** What can fail many databases, in the same words for all of them. */
export type RunCause = {
  __typename?: 'RunCause';
  /** A server or a path. */
  where: Scalars['String']['output'];
  /** Why it fails them. */
  why: Scalars['String']['output'];
};

/** How long each stage was at work, in seconds. The zip is made while the dump is being written. */
export type StageSeconds = {
  __typename?: 'StageSeconds';
  /** The dump. Null when it is not known. */
  dump?: Maybe<Scalars['Float']['output']>;
  /** The zip. Null when it is not known. */
  zip?: Maybe<Scalars['Float']['output']>;
  /** The upload. Null when it is not known. */
  upload?: Maybe<Scalars['Float']['output']>;
};

/** Which entries of rosters are listed. A field that is left out does not matter. */
export type RosterFilter = {
  /** Of this source. */
  source?: InputMaybe<Scalars['String']['input']>;
  /** Of this database. */
  database?: InputMaybe<Scalars['String']['input']>;
  /** Whether the database is no longer on the list. */
  isGone?: InputMaybe<Scalars['Boolean']['input']>;
};

/** A page of entries of rosters. */
export type RosterConnection = {
  __typename?: 'RosterConnection';
  /** The entries of this page, each with its cursor. */
  edges: Array<RosterEdge>;
  /** The entries of this page, without their cursors. */
  nodes: Array<RosterEntry>;
  /** Whether other pages exist, and the cursors for them. */
  pageInfo: PageInfo;
  /** The number of entries on all pages. It is counted only when you ask for it. */
  totalCount: Scalars['Int']['output'];
};

/** An entry in a list. */
export type RosterEdge = {
  __typename?: 'RosterEdge';
  /** Use it as `after` to list what follows. */
  cursor: Scalars['String']['output'];
  /** The entry. */
  node: RosterEntry;
};

/** A database on the list of databases of a source. */
export type RosterEntry = {
  __typename?: 'RosterEntry';
  /** Its id. */
  id: Scalars['ID']['output'];
  /** The source. */
  source: Scalars['String']['output'];
  /** Which of several runs of that source. Empty when there is one. */
  shard: Scalars['String']['output'];
  /** The label of the database. */
  databaseName: Scalars['String']['output'];
  /** How often a complete backup is due, such as `24h` or `cron 30 1 * * * Asia/Jakarta`. Null when the list does not say it. */
  every?: Maybe<Scalars['String']['output']>;
  /** How late it may be, such as `2h`. Null when the list does not say it. */
  grace?: Maybe<Scalars['String']['output']>;
  /** The group. Null when the list does not name one. */
  group?: Maybe<Scalars['String']['output']>;
  /** When a report first named it. */
  firstSeenAt: Scalars['DateTime']['output'];
  /** When a report last named it. */
  lastSeenAt: Scalars['DateTime']['output'];
  /** Since when it is no longer on the list. Null while it is. */
  goneAt?: Maybe<Scalars['DateTime']['output']>;
  /** The newest attempt to back it up, with any result. Null when no run has reported one. */
  lastAttempt?: Maybe<RunOutcome>;
};

/** Which alarms are listed. A field that is left out does not matter. */
export type AlarmFilter = {
  /** Whether it is open. */
  isOpen?: InputMaybe<Scalars['Boolean']['input']>;
  /** Of one of these kinds. */
  kinds?: InputMaybe<Array<AlarmKind>>;
  /** Of this severity. */
  severity?: InputMaybe<AlarmSeverity>;
  /** About the database with this name. */
  database?: InputMaybe<Scalars['String']['input']>;
};

/** What an alarm is about. docs/alerts.md lists what to do about each. */
export type AlarmKind =
  /** A complete backup is due, and has not come. */
  | 'late'
  /** A second one is due, too. */
  | 'critical'
  /** A database is on a list, and has never had a complete backup. */
  | 'never'
  /** A database was on the list of its source, and is no longer on any list. */
  | 'dropped'
  /** A run did not back up a database. */
  | 'run_failed'
  /** A source has not reported a run that is due. */
  | 'run_missing'
  /** The service was off when runs were due, and has no backup of that time yet. */
  | 'service_off'
  /** The newest backup of a database is incomplete. */
  | 'incomplete'
  /** A stored file has changed, or is gone. */
  | 'damaged'
  /** A database has lost tables or rows, and no one has accepted that. */
  | 'shrunk'
  /** A backup could not be restored in a drill. */
  | 'drill_failed'
  /** No drill has proven a database restorable for too long. */
  | 'drill_due'
  /** The storage is nearly full, or cannot be reached. */
  | 'storage_low'
  /** The retention removes nothing until someone decides. */
  | 'retention_held'
  /** A channel delivers no messages. */
  | 'channel_failing'
  /** The clock of a source is ahead. */
  | 'clock_ahead'
  /** A database gets more than 4 backups a day. */
  | 'pushed_out'
  /** The history has something of a time in the future: nothing is removed. */
  | 'clock_jumped'
  /** Many backups are to be removed on purpose, within a day. */
  | 'many_forgotten';

/** How pressing an alarm is. */
export type AlarmSeverity =
  /** Today or tomorrow. */
  | 'warning'
  /** Now. It is reported in the quiet hours, too. */
  | 'critical';

/** A page of alarms. */
export type AlarmConnection = {
  __typename?: 'AlarmConnection';
  /** The alarms of this page, each with its cursor. */
  edges: Array<AlarmEdge>;
  /** The alarms of this page, without their cursors. */
  nodes: Array<Alarm>;
  /** Whether other pages exist, and the cursors for them. */
  pageInfo: PageInfo;
  /** The number of entries on all pages. It is counted only when you ask for it. */
  totalCount: Scalars['Int']['output'];
};

/** An alarm in a list. */
export type AlarmEdge = {
  __typename?: 'AlarmEdge';
  /** Use it as `after` to list what follows. */
  cursor: Scalars['String']['output'];
  /** The alarm. */
  node: Alarm;
};

/** Something that a person must see to, from when it was noticed to its end. */
export type Alarm = {
  __typename?: 'Alarm';
  /** Its id. */
  id: Scalars['ID']['output'];
  /** What it is about. Null when this version of the service does not know the kind. */
  kind?: Maybe<AlarmKind>;
  /** The database, source, channel or file that it is about. */
  subject: Scalars['String']['output'];
  /** The name of the database that it is about. Null when it is about no database. */
  database?: Maybe<Scalars['String']['output']>;
  /** The source that it comes from, such as the name of a host. Null when it comes from none. */
  source?: Maybe<Scalars['String']['output']>;
  /** How pressing it is. An alarm that grows from late to critical stays the same alarm. */
  severity: AlarmSeverity;
  /** One sentence: what is wrong. */
  summary: Scalars['String']['output'];
  /** What to do. */
  advice: Scalars['String']['output'];
  /** Since when it is so, as far as that is known. */
  since: Scalars['DateTime']['output'];
  /** When the service noticed it. */
  openedAt: Scalars['DateTime']['output'];
  /** When it was over. Null while it is open. */
  closedAt?: Maybe<Scalars['DateTime']['output']>;
  /** When someone acknowledged it. Null when no one has. */
  acknowledgedAt?: Maybe<Scalars['DateTime']['output']>;
  /** Who acknowledged it: the name of the token. */
  acknowledgedBy?: Maybe<Scalars['String']['output']>;
  /** Why no reminders are needed. */
  acknowledgedFor?: Maybe<Scalars['String']['output']>;
  /** When the reminders come again. Null when they do not. */
  acknowledgedUntil?: Maybe<Scalars['DateTime']['output']>;
  /** Whether another alarm explains it, and is reported instead. */
  isMuted: Scalars['Boolean']['output'];
  /** Whether it changes so often that its changes are not reported. */
  isFlapping: Scalars['Boolean']['output'];
  /** The number of messages about it. */
  toldCount: Scalars['Int']['output'];
};



export type ResolverTypeWrapper<T> = Promise<T> | T;


export type ResolverWithResolve<TResult, TParent, TContext, TArgs> = {
  resolve: ResolverFn<TResult, TParent, TContext, TArgs>;
};
export type Resolver<TResult, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = ResolverFn<TResult, TParent, TContext, TArgs> | ResolverWithResolve<TResult, TParent, TContext, TArgs>;

export type ResolverFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => Promise<TResult> | TResult;

export type SubscriptionSubscribeFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => AsyncIterable<TResult> | Promise<AsyncIterable<TResult>>;

export type SubscriptionResolveFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;

export interface SubscriptionSubscriberObject<TResult, TKey extends string, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<{ [key in TKey]: TResult }, TParent, TContext, TArgs>;
  resolve?: SubscriptionResolveFn<TResult, { [key in TKey]: TResult }, TContext, TArgs>;
}

export interface SubscriptionResolverObject<TResult, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<any, TParent, TContext, TArgs>;
  resolve: SubscriptionResolveFn<TResult, any, TContext, TArgs>;
}

export type SubscriptionObject<TResult, TKey extends string, TParent, TContext, TArgs> =
  | SubscriptionSubscriberObject<TResult, TKey, TParent, TContext, TArgs>
  | SubscriptionResolverObject<TResult, TParent, TContext, TArgs>;

export type SubscriptionResolver<TResult, TKey extends string, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> =
  | ((...args: any[]) => SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>)
  | SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>;

export type TypeResolveFn<TTypes, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (
  parent: TParent,
  context: TContext,
  info: GraphQLResolveInfo
) => Maybe<TTypes> | Promise<Maybe<TTypes>>;

export type IsTypeOfResolverFn<T = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (obj: T, context: TContext, info: GraphQLResolveInfo) => boolean | Promise<boolean>;

export type NextResolverFn<T> = () => Promise<T>;

export type DirectiveResolverFn<TResult = Record<PropertyKey, never>, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = (
  next: NextResolverFn<TResult>,
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;





/** Mapping between all available schema types and the resolvers types */
export type ResolversTypes = {
  DateTime: ResolverTypeWrapper<Scalars['DateTime']['output']>;
  Date: ResolverTypeWrapper<Scalars['Date']['output']>;
  BigInt: ResolverTypeWrapper<Scalars['BigInt']['output']>;
  Digest: ResolverTypeWrapper<Scalars['Digest']['output']>;
  Query: ResolverTypeWrapper<Record<PropertyKey, never>>;
  Int: ResolverTypeWrapper<Scalars['Int']['output']>;
  String: ResolverTypeWrapper<Scalars['String']['output']>;
  ID: ResolverTypeWrapper<Scalars['ID']['output']>;
  Mutation: ResolverTypeWrapper<Record<PropertyKey, never>>;
  Boolean: ResolverTypeWrapper<Scalars['Boolean']['output']>;
  TestedChannel: ResolverTypeWrapper<TestedChannel>;
  RetentionPlan: ResolverTypeWrapper<FoundPlan>;
  RetentionPlanState: RetentionPlanState;
  RetentionDatabase: ResolverTypeWrapper<DatabaseSummary>;
  RetentionBrake: ResolverTypeWrapper<Brake>;
  RetentionRemoval: ResolverTypeWrapper<FoundRemoval>;
  AppliedRetentionPlan: ResolverTypeWrapper<AppliedRetentionPlan>;
  DatabaseRetention: ResolverTypeWrapper<Omit<DatabaseRetention, 'holds' | 'waits'> & { holds: Array<ResolversTypes['RetentionBrake']>, waits: Array<ResolversTypes['RetentionBrake']> }>;
  Role: Role;
  Token: ResolverTypeWrapper<TokenRow>;
  MadeToken: ResolverTypeWrapper<MadeTokenRow>;
  Subscription: ResolverTypeWrapper<Record<PropertyKey, never>>;
  Database: ResolverTypeWrapper<NamedDatabase>;
  FreshnessState: FreshnessState;
  Contract: ResolverTypeWrapper<ContractRow>;
  WatchedDatabase: ResolverTypeWrapper<WatchedRow>;
  DatabasePause: ResolverTypeWrapper<DatabasePause>;
  Retirement: ResolverTypeWrapper<Retirement>;
  WatchedDatabaseFilter: WatchedDatabaseFilter;
  WatchedDatabaseConnection: ResolverTypeWrapper<Connection<WatchedRow>>;
  WatchedDatabaseEdge: ResolverTypeWrapper<Omit<WatchedDatabaseEdge, 'node'> & { node: ResolversTypes['WatchedDatabase'] }>;
  StateChange: ResolverTypeWrapper<ListedChange>;
  StateChangeFilter: StateChangeFilter;
  StateChangeConnection: ResolverTypeWrapper<Connection<ListedChange>>;
  StateChangeEdge: ResolverTypeWrapper<Omit<StateChangeEdge, 'node'> & { node: ResolversTypes['StateChange'] }>;
  DatabaseFilter: DatabaseFilter;
  Float: ResolverTypeWrapper<Scalars['Float']['output']>;
  DatabaseOrder: DatabaseOrder;
  DatabaseOrderField: DatabaseOrderField;
  Direction: Direction;
  DatabaseConnection: ResolverTypeWrapper<Connection<NamedDatabase>>;
  DatabaseEdge: ResolverTypeWrapper<Omit<DatabaseEdge, 'node'> & { node: ResolversTypes['Database'] }>;
  Backup: ResolverTypeWrapper<ListedBackup>;
  Removal: ResolverTypeWrapper<Removal>;
  Pin: ResolverTypeWrapper<PinRow>;
  PinKind: PinKind;
  Drill: ResolverTypeWrapper<ListedReport>;
  BackupPurpose: BackupPurpose;
  DrillOutcome: DrillOutcome;
  DrillDetails: ResolverTypeWrapper<DrillDetails>;
  DrillCheck: ResolverTypeWrapper<DrillCheck>;
  Restore: ResolverTypeWrapper<ListedReport>;
  RestoreOutcome: RestoreOutcome;
  RestoreDetails: ResolverTypeWrapper<RestoreDetails>;
  DatabaseServer: ResolverTypeWrapper<DatabaseServer>;
  Difference: ResolverTypeWrapper<Difference>;
  RestorePhases: ResolverTypeWrapper<RestorePhases>;
  RestoreTime: ResolverTypeWrapper<RestoreTime>;
  FleetProven: ResolverTypeWrapper<FleetProven>;
  Inventory: ResolverTypeWrapper<Inventory>;
  InventoryTable: ResolverTypeWrapper<InventoryTable>;
  BackupFilter: BackupFilter;
  BackupOrder: BackupOrder;
  BackupOrderField: BackupOrderField;
  BackupConnection: ResolverTypeWrapper<Connection<ListedBackup>>;
  BackupEdge: ResolverTypeWrapper<Omit<BackupEdge, 'node'> & { node: ResolversTypes['Backup'] }>;
  PageInfo: ResolverTypeWrapper<PageInfo>;
  BackupState: BackupState;
  Finding: ResolverTypeWrapper<Finding>;
  Loss: ResolverTypeWrapper<Omit<Loss, 'reference'> & { reference?: Maybe<ResolversTypes['Backup']> }>;
  LossStatus: LossStatus;
  Acceptance: ResolverTypeWrapper<Acceptance>;
  Severity: Severity;
  Statistics: ResolverTypeWrapper<StatisticsRow>;
  Day: ResolverTypeWrapper<DayRow>;
  AuditFilter: AuditFilter;
  AuditAction: AuditAction;
  AuditResult: AuditResult;
  AuditConnection: ResolverTypeWrapper<Connection<ListedEntry>>;
  AuditEdge: ResolverTypeWrapper<Omit<AuditEdge, 'node'> & { node: ResolversTypes['AuditEntry'] }>;
  AuditEntry: ResolverTypeWrapper<ListedEntry>;
  RunFilter: RunFilter;
  RunEnd: RunEnd;
  RunConnection: ResolverTypeWrapper<Connection<ListedRun>>;
  RunEdge: ResolverTypeWrapper<Omit<RunEdge, 'node'> & { node: ResolversTypes['Run'] }>;
  Run: ResolverTypeWrapper<ListedRun>;
  RunCounts: ResolverTypeWrapper<StateCounts>;
  RunState: RunState;
  RunStage: RunStage;
  RunOutcome: ResolverTypeWrapper<ListedOutcome>;
  RunCause: ResolverTypeWrapper<RunCause>;
  StageSeconds: ResolverTypeWrapper<StageSeconds>;
  RosterFilter: RosterFilter;
  RosterConnection: ResolverTypeWrapper<Connection<ListedRosterEntry>>;
  RosterEdge: ResolverTypeWrapper<Omit<RosterEdge, 'node'> & { node: ResolversTypes['RosterEntry'] }>;
  RosterEntry: ResolverTypeWrapper<ListedRosterEntry>;
  AlarmFilter: AlarmFilter;
  AlarmKind: AlarmKind;
  AlarmSeverity: AlarmSeverity;
  AlarmConnection: ResolverTypeWrapper<Connection<ListedAlarm>>;
  AlarmEdge: ResolverTypeWrapper<Omit<AlarmEdge, 'node'> & { node: ResolversTypes['Alarm'] }>;
  Alarm: ResolverTypeWrapper<ListedAlarm>;
};

/** Mapping between all available schema types and the resolvers parents */
export type ResolversParentTypes = {
  DateTime: Scalars['DateTime']['output'];
  Date: Scalars['Date']['output'];
  BigInt: Scalars['BigInt']['output'];
  Digest: Scalars['Digest']['output'];
  Query: Record<PropertyKey, never>;
  Int: Scalars['Int']['output'];
  String: Scalars['String']['output'];
  ID: Scalars['ID']['output'];
  Mutation: Record<PropertyKey, never>;
  Boolean: Scalars['Boolean']['output'];
  TestedChannel: TestedChannel;
  RetentionPlan: FoundPlan;
  RetentionDatabase: DatabaseSummary;
  RetentionBrake: Brake;
  RetentionRemoval: FoundRemoval;
  AppliedRetentionPlan: AppliedRetentionPlan;
  DatabaseRetention: Omit<DatabaseRetention, 'holds' | 'waits'> & { holds: Array<ResolversParentTypes['RetentionBrake']>, waits: Array<ResolversParentTypes['RetentionBrake']> };
  Token: TokenRow;
  MadeToken: MadeTokenRow;
  Subscription: Record<PropertyKey, never>;
  Database: NamedDatabase;
  Contract: ContractRow;
  WatchedDatabase: WatchedRow;
  DatabasePause: DatabasePause;
  Retirement: Retirement;
  WatchedDatabaseFilter: WatchedDatabaseFilter;
  WatchedDatabaseConnection: Connection<WatchedRow>;
  WatchedDatabaseEdge: Omit<WatchedDatabaseEdge, 'node'> & { node: ResolversParentTypes['WatchedDatabase'] };
  StateChange: ListedChange;
  StateChangeFilter: StateChangeFilter;
  StateChangeConnection: Connection<ListedChange>;
  StateChangeEdge: Omit<StateChangeEdge, 'node'> & { node: ResolversParentTypes['StateChange'] };
  DatabaseFilter: DatabaseFilter;
  Float: Scalars['Float']['output'];
  DatabaseOrder: DatabaseOrder;
  DatabaseConnection: Connection<NamedDatabase>;
  DatabaseEdge: Omit<DatabaseEdge, 'node'> & { node: ResolversParentTypes['Database'] };
  Backup: ListedBackup;
  Removal: Removal;
  Pin: PinRow;
  Drill: ListedReport;
  DrillDetails: DrillDetails;
  DrillCheck: DrillCheck;
  Restore: ListedReport;
  RestoreDetails: RestoreDetails;
  DatabaseServer: DatabaseServer;
  Difference: Difference;
  RestorePhases: RestorePhases;
  RestoreTime: RestoreTime;
  FleetProven: FleetProven;
  Inventory: Inventory;
  InventoryTable: InventoryTable;
  BackupFilter: BackupFilter;
  BackupOrder: BackupOrder;
  BackupConnection: Connection<ListedBackup>;
  BackupEdge: Omit<BackupEdge, 'node'> & { node: ResolversParentTypes['Backup'] };
  PageInfo: PageInfo;
  Finding: Finding;
  Loss: Omit<Loss, 'reference'> & { reference?: Maybe<ResolversParentTypes['Backup']> };
  Acceptance: Acceptance;
  Statistics: StatisticsRow;
  Day: DayRow;
  AuditFilter: AuditFilter;
  AuditConnection: Connection<ListedEntry>;
  AuditEdge: Omit<AuditEdge, 'node'> & { node: ResolversParentTypes['AuditEntry'] };
  AuditEntry: ListedEntry;
  RunFilter: RunFilter;
  RunConnection: Connection<ListedRun>;
  RunEdge: Omit<RunEdge, 'node'> & { node: ResolversParentTypes['Run'] };
  Run: ListedRun;
  RunCounts: StateCounts;
  RunOutcome: ListedOutcome;
  RunCause: RunCause;
  StageSeconds: StageSeconds;
  RosterFilter: RosterFilter;
  RosterConnection: Connection<ListedRosterEntry>;
  RosterEdge: Omit<RosterEdge, 'node'> & { node: ResolversParentTypes['RosterEntry'] };
  RosterEntry: ListedRosterEntry;
  AlarmFilter: AlarmFilter;
  AlarmConnection: Connection<ListedAlarm>;
  AlarmEdge: Omit<AlarmEdge, 'node'> & { node: ResolversParentTypes['Alarm'] };
  Alarm: ListedAlarm;
};

export interface DateTimeScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['DateTime'], any> {
  name: 'DateTime';
}

export interface DateScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['Date'], any> {
  name: 'Date';
}

export interface BigIntScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['BigInt'], any> {
  name: 'BigInt';
}

export interface DigestScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['Digest'], any> {
  name: 'Digest';
}

export type QueryResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['Query'] = ResolversParentTypes['Query']> = {
  databases?: Resolver<ResolversTypes['DatabaseConnection'], ParentType, ContextType, RequireFields<QueryDatabasesArgs, 'first' | 'orderBy'>>;
  database?: Resolver<Maybe<ResolversTypes['Database']>, ParentType, ContextType, RequireFields<QueryDatabaseArgs, 'name'>>;
  backups?: Resolver<ResolversTypes['BackupConnection'], ParentType, ContextType, RequireFields<QueryBackupsArgs, 'first' | 'orderBy'>>;
  backup?: Resolver<Maybe<ResolversTypes['Backup']>, ParentType, ContextType, RequireFields<QueryBackupArgs, 'id'>>;
  fleetProven?: Resolver<ResolversTypes['FleetProven'], ParentType, ContextType, RequireFields<QueryFleetProvenArgs, 'days'>>;
  runs?: Resolver<ResolversTypes['RunConnection'], ParentType, ContextType, RequireFields<QueryRunsArgs, 'first'>>;
  rosters?: Resolver<ResolversTypes['RosterConnection'], ParentType, ContextType, RequireFields<QueryRostersArgs, 'first'>>;
  auditEntries?: Resolver<ResolversTypes['AuditConnection'], ParentType, ContextType, RequireFields<QueryAuditEntriesArgs, 'first'>>;
  retentionPlans?: Resolver<Array<ResolversTypes['RetentionPlan']>, ParentType, ContextType, RequireFields<QueryRetentionPlansArgs, 'first'>>;
  retentionPlan?: Resolver<Maybe<ResolversTypes['RetentionPlan']>, ParentType, ContextType, RequireFields<QueryRetentionPlanArgs, 'id'>>;
  alarms?: Resolver<ResolversTypes['AlarmConnection'], ParentType, ContextType, RequireFields<QueryAlarmsArgs, 'first'>>;
  tokens?: Resolver<Array<ResolversTypes['Token']>, ParentType, ContextType>;
  watchedDatabases?: Resolver<ResolversTypes['WatchedDatabaseConnection'], ParentType, ContextType, RequireFields<QueryWatchedDatabasesArgs, 'first'>>;
  stateChanges?: Resolver<ResolversTypes['StateChangeConnection'], ParentType, ContextType, RequireFields<QueryStateChangesArgs, 'first'>>;
  statistics?: Resolver<ResolversTypes['Statistics'], ParentType, ContextType, RequireFields<QueryStatisticsArgs, 'days'>>;
};

export type MutationResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['Mutation'] = ResolversParentTypes['Mutation']> = {
  acknowledgeAlarm?: Resolver<ResolversTypes['Alarm'], ParentType, ContextType, RequireFields<MutationAcknowledgeAlarmArgs, 'id' | 'reason'>>;
  testChannel?: Resolver<ResolversTypes['TestedChannel'], ParentType, ContextType, RequireFields<MutationTestChannelArgs, 'name'>>;
  applyRetentionPlan?: Resolver<ResolversTypes['AppliedRetentionPlan'], ParentType, ContextType, RequireFields<MutationApplyRetentionPlanArgs, 'id'>>;
  pinBackup?: Resolver<ResolversTypes['Backup'], ParentType, ContextType, RequireFields<MutationPinBackupArgs, 'id' | 'reason'>>;
  unpinBackup?: Resolver<ResolversTypes['Backup'], ParentType, ContextType, RequireFields<MutationUnpinBackupArgs, 'id'>>;
  holdBackup?: Resolver<ResolversTypes['Backup'], ParentType, ContextType, RequireFields<MutationHoldBackupArgs, 'id' | 'reason'>>;
  releaseBackup?: Resolver<ResolversTypes['Backup'], ParentType, ContextType, RequireFields<MutationReleaseBackupArgs, 'id'>>;
  forgetBackup?: Resolver<ResolversTypes['Backup'], ParentType, ContextType, RequireFields<MutationForgetBackupArgs, 'id' | 'reason' | 'evenLast'>>;
  takeBackBackup?: Resolver<ResolversTypes['Backup'], ParentType, ContextType, RequireFields<MutationTakeBackBackupArgs, 'id'>>;
  createToken?: Resolver<ResolversTypes['MadeToken'], ParentType, ContextType, RequireFields<MutationCreateTokenArgs, 'name' | 'role'>>;
  revokeToken?: Resolver<Array<ResolversTypes['Token']>, ParentType, ContextType, RequireFields<MutationRevokeTokenArgs, 'name'>>;
  rotateToken?: Resolver<ResolversTypes['MadeToken'], ParentType, ContextType, RequireFields<MutationRotateTokenArgs, 'name'>>;
  pauseDatabase?: Resolver<ResolversTypes['WatchedDatabase'], ParentType, ContextType, RequireFields<MutationPauseDatabaseArgs, 'name' | 'until' | 'reason'>>;
  resumeDatabase?: Resolver<ResolversTypes['WatchedDatabase'], ParentType, ContextType, RequireFields<MutationResumeDatabaseArgs, 'name'>>;
  retireDatabase?: Resolver<ResolversTypes['WatchedDatabase'], ParentType, ContextType, RequireFields<MutationRetireDatabaseArgs, 'name' | 'reason'>>;
};

export type TestedChannelResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['TestedChannel'] = ResolversParentTypes['TestedChannel']> = {
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  type?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  answer?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  problem?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type RetentionPlanResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['RetentionPlan'] = ResolversParentTypes['RetentionPlan']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  madeAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  state?: Resolver<ResolversTypes['RetentionPlanState'], ParentType, ContextType>;
  appliedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  appliedBy?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  goes?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  goesBytes?: Resolver<ResolversTypes['BigInt'], ParentType, ContextType>;
  brakes?: Resolver<Array<ResolversTypes['RetentionBrake']>, ParentType, ContextType>;
  databases?: Resolver<Array<ResolversTypes['RetentionDatabase']>, ParentType, ContextType>;
  removals?: Resolver<Array<ResolversTypes['RetentionRemoval']>, ParentType, ContextType, RequireFields<RetentionPlanRemovalsArgs, 'first'>>;
};

export type RetentionDatabaseResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['RetentionDatabase'] = ResolversParentTypes['RetentionDatabase']> = {
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  backups?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  bytes?: Resolver<ResolversTypes['BigInt'], ParentType, ContextType>;
  goes?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  goesBytes?: Resolver<ResolversTypes['BigInt'], ParentType, ContextType>;
  holds?: Resolver<Array<ResolversTypes['RetentionBrake']>, ParentType, ContextType>;
  waits?: Resolver<Array<ResolversTypes['RetentionBrake']>, ParentType, ContextType>;
};

export type RetentionBrakeResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['RetentionBrake'] = ResolversParentTypes['RetentionBrake']> = {
  kind?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type RetentionRemovalResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['RetentionRemoval'] = ResolversParentTypes['RetentionRemoval']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  database?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  backupId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  fileName?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  size?: Resolver<ResolversTypes['BigInt'], ParentType, ContextType>;
  why?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  scheduledAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
};

export type AppliedRetentionPlanResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['AppliedRetentionPlan'] = ResolversParentTypes['AppliedRetentionPlan']> = {
  backups?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  bytes?: Resolver<ResolversTypes['BigInt'], ParentType, ContextType>;
  dueAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  stillWaiting?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type DatabaseRetentionResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['DatabaseRetention'] = ResolversParentTypes['DatabaseRetention']> = {
  isOn?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  policy?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  goes?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  goesBytes?: Resolver<ResolversTypes['BigInt'], ParentType, ContextType>;
  holds?: Resolver<Array<ResolversTypes['RetentionBrake']>, ParentType, ContextType>;
  waits?: Resolver<Array<ResolversTypes['RetentionBrake']>, ParentType, ContextType>;
};

export type TokenResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['Token'] = ResolversParentTypes['Token']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  role?: Resolver<ResolversTypes['Role'], ParentType, ContextType>;
  scope?: Resolver<Array<ResolversTypes['String']>, ParentType, ContextType>;
  isInUse?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  expiresAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  revokedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  lastUsedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
};

export type MadeTokenResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['MadeToken'] = ResolversParentTypes['MadeToken']> = {
  text?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  token?: Resolver<ResolversTypes['Token'], ParentType, ContextType>;
};

export type SubscriptionResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['Subscription'] = ResolversParentTypes['Subscription']> = {
  backupReceived?: SubscriptionResolver<ResolversTypes['Backup'], "backupReceived", ParentType, ContextType, Partial<SubscriptionBackupReceivedArgs>>;
};

export type DatabaseResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['Database'] = ResolversParentTypes['Database']> = {
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  latestBackup?: Resolver<Maybe<ResolversTypes['Backup']>, ParentType, ContextType>;
  latestCompleteBackup?: Resolver<Maybe<ResolversTypes['Backup']>, ParentType, ContextType>;
  unacceptedLoss?: Resolver<Maybe<ResolversTypes['Backup']>, ParentType, ContextType>;
  backups?: Resolver<ResolversTypes['BackupConnection'], ParentType, ContextType, RequireFields<DatabaseBackupsArgs, 'first' | 'orderBy'>>;
  lastDrill?: Resolver<Maybe<ResolversTypes['Drill']>, ParentType, ContextType>;
  lastProof?: Resolver<Maybe<ResolversTypes['Drill']>, ParentType, ContextType>;
  drills?: Resolver<Array<ResolversTypes['Drill']>, ParentType, ContextType, RequireFields<DatabaseDrillsArgs, 'first'>>;
  restores?: Resolver<Array<ResolversTypes['Restore']>, ParentType, ContextType, RequireFields<DatabaseRestoresArgs, 'first'>>;
  state?: Resolver<Maybe<ResolversTypes['FreshnessState']>, ParentType, ContextType>;
  contract?: Resolver<Maybe<ResolversTypes['Contract']>, ParentType, ContextType>;
  due?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  restoreTimes?: Resolver<Array<ResolversTypes['RestoreTime']>, ParentType, ContextType, RequireFields<DatabaseRestoreTimesArgs, 'last'>>;
  lastAttempt?: Resolver<Maybe<ResolversTypes['RunOutcome']>, ParentType, ContextType>;
  backupCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  storedBytes?: Resolver<ResolversTypes['BigInt'], ParentType, ContextType>;
  days?: Resolver<Array<ResolversTypes['Day']>, ParentType, ContextType, RequireFields<DatabaseDaysArgs, 'last'>>;
  retention?: Resolver<ResolversTypes['DatabaseRetention'], ParentType, ContextType>;
};

export type ContractResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['Contract'] = ResolversParentTypes['Contract']> = {
  every?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  grace?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  group?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  everyFrom?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  graceFrom?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type WatchedDatabaseResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['WatchedDatabase'] = ResolversParentTypes['WatchedDatabase']> = {
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  state?: Resolver<ResolversTypes['FreshnessState'], ParentType, ContextType>;
  since?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  due?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  lateAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  criticalAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  contract?: Resolver<ResolversTypes['Contract'], ParentType, ContextType>;
  lastComplete?: Resolver<Maybe<ResolversTypes['Backup']>, ParentType, ContextType>;
  pause?: Resolver<Maybe<ResolversTypes['DatabasePause']>, ParentType, ContextType>;
  retirement?: Resolver<Maybe<ResolversTypes['Retirement']>, ParentType, ContextType>;
  database?: Resolver<Maybe<ResolversTypes['Database']>, ParentType, ContextType>;
};

export type DatabasePauseResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['DatabasePause'] = ResolversParentTypes['DatabasePause']> = {
  from?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  until?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  by?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  reason?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type RetirementResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['Retirement'] = ResolversParentTypes['Retirement']> = {
  at?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  by?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  reason?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type WatchedDatabaseConnectionResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['WatchedDatabaseConnection'] = ResolversParentTypes['WatchedDatabaseConnection']> = {
  edges?: Resolver<Array<ResolversTypes['WatchedDatabaseEdge']>, ParentType, ContextType>;
  nodes?: Resolver<Array<ResolversTypes['WatchedDatabase']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  totalCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type WatchedDatabaseEdgeResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['WatchedDatabaseEdge'] = ResolversParentTypes['WatchedDatabaseEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['WatchedDatabase'], ParentType, ContextType>;
};

export type StateChangeResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['StateChange'] = ResolversParentTypes['StateChange']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  database?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  from?: Resolver<Maybe<ResolversTypes['FreshnessState']>, ParentType, ContextType>;
  to?: Resolver<ResolversTypes['FreshnessState'], ParentType, ContextType>;
  at?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  why?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type StateChangeConnectionResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['StateChangeConnection'] = ResolversParentTypes['StateChangeConnection']> = {
  edges?: Resolver<Array<ResolversTypes['StateChangeEdge']>, ParentType, ContextType>;
  nodes?: Resolver<Array<ResolversTypes['StateChange']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  totalCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type StateChangeEdgeResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['StateChangeEdge'] = ResolversParentTypes['StateChangeEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['StateChange'], ParentType, ContextType>;
};

export type DatabaseConnectionResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['DatabaseConnection'] = ResolversParentTypes['DatabaseConnection']> = {
  edges?: Resolver<Array<ResolversTypes['DatabaseEdge']>, ParentType, ContextType>;
  nodes?: Resolver<Array<ResolversTypes['Database']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  totalCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type DatabaseEdgeResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['DatabaseEdge'] = ResolversParentTypes['DatabaseEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['Database'], ParentType, ContextType>;
};

export type BackupResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['Backup'] = ResolversParentTypes['Backup']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  database?: Resolver<ResolversTypes['Database'], ParentType, ContextType>;
  fileName?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  timestamp?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  takenAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  size?: Resolver<ResolversTypes['BigInt'], ParentType, ContextType>;
  digest?: Resolver<ResolversTypes['Digest'], ParentType, ContextType>;
  downloadUrl?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  state?: Resolver<ResolversTypes['BackupState'], ParentType, ContextType>;
  findings?: Resolver<Array<ResolversTypes['Finding']>, ParentType, ContextType>;
  loss?: Resolver<Maybe<ResolversTypes['Loss']>, ParentType, ContextType>;
  dumpSize?: Resolver<Maybe<ResolversTypes['BigInt']>, ParentType, ContextType>;
  dumpDigest?: Resolver<Maybe<ResolversTypes['Digest']>, ParentType, ContextType>;
  dumpSeconds?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  inventory?: Resolver<Maybe<ResolversTypes['Inventory']>, ParentType, ContextType>;
  receivedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  madeFor?: Resolver<Maybe<ResolversTypes['BackupPurpose']>, ParentType, ContextType>;
  checkedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  damage?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  kept?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  keptBecause?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  removal?: Resolver<Maybe<ResolversTypes['Removal']>, ParentType, ContextType>;
  removalDue?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  pins?: Resolver<Array<ResolversTypes['Pin']>, ParentType, ContextType>;
  drill?: Resolver<Maybe<ResolversTypes['Drill']>, ParentType, ContextType>;
  proof?: Resolver<Maybe<ResolversTypes['Drill']>, ParentType, ContextType>;
  drills?: Resolver<Array<ResolversTypes['Drill']>, ParentType, ContextType, RequireFields<BackupDrillsArgs, 'first'>>;
  restores?: Resolver<Array<ResolversTypes['Restore']>, ParentType, ContextType, RequireFields<BackupRestoresArgs, 'first'>>;
};

export type RemovalResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['Removal'] = ResolversParentTypes['Removal']> = {
  due?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  at?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  by?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  reason?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type PinResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['Pin'] = ResolversParentTypes['Pin']> = {
  kind?: Resolver<ResolversTypes['PinKind'], ParentType, ContextType>;
  reason?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  by?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  at?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  endsAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  releasedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  releasedBy?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  isActive?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
};

export type DrillResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['Drill'] = ResolversParentTypes['Drill']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  backup?: Resolver<Maybe<ResolversTypes['Backup']>, ParentType, ContextType>;
  fileName?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  outcome?: Resolver<ResolversTypes['DrillOutcome'], ParentType, ContextType>;
  at?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  seconds?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  loadedBytes?: Resolver<Maybe<ResolversTypes['BigInt']>, ParentType, ContextType>;
  reason?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  differenceCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  details?: Resolver<Maybe<ResolversTypes['DrillDetails']>, ParentType, ContextType>;
};

export type DrillDetailsResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['DrillDetails'] = ResolversParentTypes['DrillDetails']> = {
  server?: Resolver<Maybe<ResolversTypes['DatabaseServer']>, ParentType, ContextType>;
  differences?: Resolver<Array<ResolversTypes['Difference']>, ParentType, ContextType>;
  notTested?: Resolver<Array<ResolversTypes['String']>, ParentType, ContextType>;
  checks?: Resolver<Array<ResolversTypes['DrillCheck']>, ParentType, ContextType>;
  sameDumpAgain?: Resolver<Maybe<ResolversTypes['Boolean']>, ParentType, ContextType>;
  phases?: Resolver<ResolversTypes['RestorePhases'], ParentType, ContextType>;
  madeBy?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type DrillCheckResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['DrillCheck'] = ResolversParentTypes['DrillCheck']> = {
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  sql?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  expected?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  found?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  error?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  agrees?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
};

export type RestoreResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['Restore'] = ResolversParentTypes['Restore']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  backup?: Resolver<Maybe<ResolversTypes['Backup']>, ParentType, ContextType>;
  fileName?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  outcome?: Resolver<ResolversTypes['RestoreOutcome'], ParentType, ContextType>;
  at?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  seconds?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  loadedBytes?: Resolver<Maybe<ResolversTypes['BigInt']>, ParentType, ContextType>;
  reason?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  differenceCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  targetHost?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  targetDatabase?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  details?: Resolver<Maybe<ResolversTypes['RestoreDetails']>, ParentType, ContextType>;
};

export type RestoreDetailsResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['RestoreDetails'] = ResolversParentTypes['RestoreDetails']> = {
  server?: Resolver<Maybe<ResolversTypes['DatabaseServer']>, ParentType, ContextType>;
  differences?: Resolver<Array<ResolversTypes['Difference']>, ParentType, ContextType>;
  notTested?: Resolver<Array<ResolversTypes['String']>, ParentType, ContextType>;
  tables?: Resolver<Maybe<Array<ResolversTypes['String']>>, ParentType, ContextType>;
  targetUnchanged?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  phases?: Resolver<ResolversTypes['RestorePhases'], ParentType, ContextType>;
  madeBy?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type DatabaseServerResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['DatabaseServer'] = ResolversParentTypes['DatabaseServer']> = {
  flavour?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  version?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type DifferenceResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['Difference'] = ResolversParentTypes['Difference']> = {
  kind?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  object?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  expected?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  found?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type RestorePhasesResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['RestorePhases'] = ResolversParentTypes['RestorePhases']> = {
  fetch?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  load?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  keys?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  verify?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
};

export type RestoreTimeResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['RestoreTime'] = ResolversParentTypes['RestoreTime']> = {
  at?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  seconds?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  loadedBytes?: Resolver<Maybe<ResolversTypes['BigInt']>, ParentType, ContextType>;
};

export type FleetProvenResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['FleetProven'] = ResolversParentTypes['FleetProven']> = {
  databases?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  proven?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  notRestorable?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  couldNotTest?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  never?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type InventoryResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['Inventory'] = ResolversParentTypes['Inventory']> = {
  tables?: Resolver<Array<ResolversTypes['InventoryTable']>, ParentType, ContextType>;
  rows?: Resolver<ResolversTypes['BigInt'], ParentType, ContextType>;
  views?: Resolver<Array<ResolversTypes['String']>, ParentType, ContextType>;
  triggers?: Resolver<Array<ResolversTypes['String']>, ParentType, ContextType>;
  procedures?: Resolver<Array<ResolversTypes['String']>, ParentType, ContextType>;
  functions?: Resolver<Array<ResolversTypes['String']>, ParentType, ContextType>;
  events?: Resolver<Array<ResolversTypes['String']>, ParentType, ContextType>;
  sequences?: Resolver<Array<ResolversTypes['String']>, ParentType, ContextType>;
  packages?: Resolver<Array<ResolversTypes['String']>, ParentType, ContextType>;
  packageBodies?: Resolver<Array<ResolversTypes['String']>, ParentType, ContextType>;
};

export type InventoryTableResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['InventoryTable'] = ResolversParentTypes['InventoryTable']> = {
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  rows?: Resolver<ResolversTypes['BigInt'], ParentType, ContextType>;
  bytes?: Resolver<ResolversTypes['BigInt'], ParentType, ContextType>;
};

export type BackupConnectionResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['BackupConnection'] = ResolversParentTypes['BackupConnection']> = {
  edges?: Resolver<Array<ResolversTypes['BackupEdge']>, ParentType, ContextType>;
  nodes?: Resolver<Array<ResolversTypes['Backup']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  totalCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type BackupEdgeResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['BackupEdge'] = ResolversParentTypes['BackupEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['Backup'], ParentType, ContextType>;
};

export type PageInfoResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['PageInfo'] = ResolversParentTypes['PageInfo']> = {
  hasNextPage?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  hasPreviousPage?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  startCursor?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  endCursor?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type FindingResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['Finding'] = ResolversParentTypes['Finding']> = {
  code?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  severity?: Resolver<ResolversTypes['Severity'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  advice?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type LossResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['Loss'] = ResolversParentTypes['Loss']> = {
  status?: Resolver<ResolversTypes['LossStatus'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  reference?: Resolver<Maybe<ResolversTypes['Backup']>, ParentType, ContextType>;
  acceptance?: Resolver<Maybe<ResolversTypes['Acceptance']>, ParentType, ContextType>;
};

export type AcceptanceResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['Acceptance'] = ResolversParentTypes['Acceptance']> = {
  at?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  by?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  reason?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type StatisticsResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['Statistics'] = ResolversParentTypes['Statistics']> = {
  databases?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  backups?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  bytes?: Resolver<ResolversTypes['BigInt'], ParentType, ContextType>;
  damaged?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  days?: Resolver<Array<ResolversTypes['Day']>, ParentType, ContextType>;
};

export type DayResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['Day'] = ResolversParentTypes['Day']> = {
  day?: Resolver<ResolversTypes['Date'], ParentType, ContextType>;
  backups?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  bytes?: Resolver<ResolversTypes['BigInt'], ParentType, ContextType>;
  dumpBytes?: Resolver<ResolversTypes['BigInt'], ParentType, ContextType>;
  complete?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  incomplete?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  unverified?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  damaged?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  failures?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type AuditConnectionResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['AuditConnection'] = ResolversParentTypes['AuditConnection']> = {
  edges?: Resolver<Array<ResolversTypes['AuditEdge']>, ParentType, ContextType>;
  nodes?: Resolver<Array<ResolversTypes['AuditEntry']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  totalCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type AuditEdgeResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['AuditEdge'] = ResolversParentTypes['AuditEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['AuditEntry'], ParentType, ContextType>;
};

export type AuditEntryResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['AuditEntry'] = ResolversParentTypes['AuditEntry']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  operation?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  at?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  token?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  tokenId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  address?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  action?: Resolver<Maybe<ResolversTypes['AuditAction']>, ParentType, ContextType>;
  database?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  backup?: Resolver<Maybe<ResolversTypes['Backup']>, ParentType, ContextType>;
  backupId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  result?: Resolver<Maybe<ResolversTypes['AuditResult']>, ParentType, ContextType>;
  count?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  detail?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type RunConnectionResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['RunConnection'] = ResolversParentTypes['RunConnection']> = {
  edges?: Resolver<Array<ResolversTypes['RunEdge']>, ParentType, ContextType>;
  nodes?: Resolver<Array<ResolversTypes['Run']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  totalCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type RunEdgeResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['RunEdge'] = ResolversParentTypes['RunEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['Run'], ParentType, ContextType>;
};

export type RunResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['Run'] = ResolversParentTypes['Run']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  runId?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  source?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  shard?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  host?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  startedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  endedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  receivedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  clockAheadSeconds?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  exitCode?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  outcome?: Resolver<ResolversTypes['RunEnd'], ParentType, ContextType>;
  isPartial?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  interruptedBy?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  problem?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  counts?: Resolver<ResolversTypes['RunCounts'], ParentType, ContextType>;
  leftOut?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  isCut?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  sadeVersion?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  runtime?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  mysqldump?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  outcomes?: Resolver<Array<ResolversTypes['RunOutcome']>, ParentType, ContextType, RequireFields<RunOutcomesArgs, 'first'>>;
};

export type RunCountsResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['RunCounts'] = ResolversParentTypes['RunCounts']> = {
  complete?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  incomplete?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  failed?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  notDone?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type RunOutcomeResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['RunOutcome'] = ResolversParentTypes['RunOutcome']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  run?: Resolver<Maybe<ResolversTypes['Run']>, ParentType, ContextType>;
  databaseName?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  state?: Resolver<ResolversTypes['RunState'], ParentType, ContextType>;
  isLeftover?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  startedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  endedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  stage?: Resolver<Maybe<ResolversTypes['RunStage']>, ParentType, ContextType>;
  message?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  advice?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  cause?: Resolver<Maybe<ResolversTypes['RunCause']>, ParentType, ContextType>;
  findings?: Resolver<Array<ResolversTypes['String']>, ParentType, ContextType>;
  findingCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  isShrunk?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  fileName?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  backup?: Resolver<Maybe<ResolversTypes['Backup']>, ParentType, ContextType>;
  dumpBytes?: Resolver<Maybe<ResolversTypes['BigInt']>, ParentType, ContextType>;
  zipBytes?: Resolver<Maybe<ResolversTypes['BigInt']>, ParentType, ContextType>;
  tables?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  rows?: Resolver<Maybe<ResolversTypes['BigInt']>, ParentType, ContextType>;
  seconds?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  stageSeconds?: Resolver<ResolversTypes['StageSeconds'], ParentType, ContextType>;
};

export type RunCauseResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['RunCause'] = ResolversParentTypes['RunCause']> = {
  where?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  why?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type StageSecondsResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['StageSeconds'] = ResolversParentTypes['StageSeconds']> = {
  dump?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  zip?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  upload?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
};

export type RosterConnectionResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['RosterConnection'] = ResolversParentTypes['RosterConnection']> = {
  edges?: Resolver<Array<ResolversTypes['RosterEdge']>, ParentType, ContextType>;
  nodes?: Resolver<Array<ResolversTypes['RosterEntry']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  totalCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type RosterEdgeResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['RosterEdge'] = ResolversParentTypes['RosterEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['RosterEntry'], ParentType, ContextType>;
};

export type RosterEntryResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['RosterEntry'] = ResolversParentTypes['RosterEntry']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  source?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  shard?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  databaseName?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  every?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  grace?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  group?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  firstSeenAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  lastSeenAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  goneAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  lastAttempt?: Resolver<Maybe<ResolversTypes['RunOutcome']>, ParentType, ContextType>;
};

export type AlarmConnectionResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['AlarmConnection'] = ResolversParentTypes['AlarmConnection']> = {
  edges?: Resolver<Array<ResolversTypes['AlarmEdge']>, ParentType, ContextType>;
  nodes?: Resolver<Array<ResolversTypes['Alarm']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  totalCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type AlarmEdgeResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['AlarmEdge'] = ResolversParentTypes['AlarmEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['Alarm'], ParentType, ContextType>;
};

export type AlarmResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['Alarm'] = ResolversParentTypes['Alarm']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  kind?: Resolver<Maybe<ResolversTypes['AlarmKind']>, ParentType, ContextType>;
  subject?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  database?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  source?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  severity?: Resolver<ResolversTypes['AlarmSeverity'], ParentType, ContextType>;
  summary?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  advice?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  since?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  openedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  closedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  acknowledgedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  acknowledgedBy?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  acknowledgedFor?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  acknowledgedUntil?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  isMuted?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  isFlapping?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  toldCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type Resolvers<ContextType = GraphqlContext> = {
  DateTime?: GraphQLScalarType;
  Date?: GraphQLScalarType;
  BigInt?: GraphQLScalarType;
  Digest?: GraphQLScalarType;
  Query?: QueryResolvers<ContextType>;
  Mutation?: MutationResolvers<ContextType>;
  TestedChannel?: TestedChannelResolvers<ContextType>;
  RetentionPlan?: RetentionPlanResolvers<ContextType>;
  RetentionDatabase?: RetentionDatabaseResolvers<ContextType>;
  RetentionBrake?: RetentionBrakeResolvers<ContextType>;
  RetentionRemoval?: RetentionRemovalResolvers<ContextType>;
  AppliedRetentionPlan?: AppliedRetentionPlanResolvers<ContextType>;
  DatabaseRetention?: DatabaseRetentionResolvers<ContextType>;
  Token?: TokenResolvers<ContextType>;
  MadeToken?: MadeTokenResolvers<ContextType>;
  Subscription?: SubscriptionResolvers<ContextType>;
  Database?: DatabaseResolvers<ContextType>;
  Contract?: ContractResolvers<ContextType>;
  WatchedDatabase?: WatchedDatabaseResolvers<ContextType>;
  DatabasePause?: DatabasePauseResolvers<ContextType>;
  Retirement?: RetirementResolvers<ContextType>;
  WatchedDatabaseConnection?: WatchedDatabaseConnectionResolvers<ContextType>;
  WatchedDatabaseEdge?: WatchedDatabaseEdgeResolvers<ContextType>;
  StateChange?: StateChangeResolvers<ContextType>;
  StateChangeConnection?: StateChangeConnectionResolvers<ContextType>;
  StateChangeEdge?: StateChangeEdgeResolvers<ContextType>;
  DatabaseConnection?: DatabaseConnectionResolvers<ContextType>;
  DatabaseEdge?: DatabaseEdgeResolvers<ContextType>;
  Backup?: BackupResolvers<ContextType>;
  Removal?: RemovalResolvers<ContextType>;
  Pin?: PinResolvers<ContextType>;
  Drill?: DrillResolvers<ContextType>;
  DrillDetails?: DrillDetailsResolvers<ContextType>;
  DrillCheck?: DrillCheckResolvers<ContextType>;
  Restore?: RestoreResolvers<ContextType>;
  RestoreDetails?: RestoreDetailsResolvers<ContextType>;
  DatabaseServer?: DatabaseServerResolvers<ContextType>;
  Difference?: DifferenceResolvers<ContextType>;
  RestorePhases?: RestorePhasesResolvers<ContextType>;
  RestoreTime?: RestoreTimeResolvers<ContextType>;
  FleetProven?: FleetProvenResolvers<ContextType>;
  Inventory?: InventoryResolvers<ContextType>;
  InventoryTable?: InventoryTableResolvers<ContextType>;
  BackupConnection?: BackupConnectionResolvers<ContextType>;
  BackupEdge?: BackupEdgeResolvers<ContextType>;
  PageInfo?: PageInfoResolvers<ContextType>;
  Finding?: FindingResolvers<ContextType>;
  Loss?: LossResolvers<ContextType>;
  Acceptance?: AcceptanceResolvers<ContextType>;
  Statistics?: StatisticsResolvers<ContextType>;
  Day?: DayResolvers<ContextType>;
  AuditConnection?: AuditConnectionResolvers<ContextType>;
  AuditEdge?: AuditEdgeResolvers<ContextType>;
  AuditEntry?: AuditEntryResolvers<ContextType>;
  RunConnection?: RunConnectionResolvers<ContextType>;
  RunEdge?: RunEdgeResolvers<ContextType>;
  Run?: RunResolvers<ContextType>;
  RunCounts?: RunCountsResolvers<ContextType>;
  RunOutcome?: RunOutcomeResolvers<ContextType>;
  RunCause?: RunCauseResolvers<ContextType>;
  StageSeconds?: StageSecondsResolvers<ContextType>;
  RosterConnection?: RosterConnectionResolvers<ContextType>;
  RosterEdge?: RosterEdgeResolvers<ContextType>;
  RosterEntry?: RosterEntryResolvers<ContextType>;
  AlarmConnection?: AlarmConnectionResolvers<ContextType>;
  AlarmEdge?: AlarmEdgeResolvers<ContextType>;
  Alarm?: AlarmResolvers<ContextType>;
};

