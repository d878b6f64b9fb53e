// Made from schema.graphql by `npm run types`.
import type { GraphQLResolveInfo, GraphQLScalarType, GraphQLScalarTypeConfig } from 'graphql';
import type { ListedBackup } from '../../backups/queries/listed-backup.ts';
import type { Connection } from '../../graphql/connection.ts';
import type { NamedDatabase } from '../../databases/search-databases.ts';
import type { Day as DayRow, Statistics as StatisticsRow } from '../../statistics/statistics.ts';
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
  /** A SHA-256 as a `Repr-Digest` field has it (RFC 9530): `sha-256=:BASE64:`. */
  Digest: { input: string; output: string; }
};

/** What the service knows of the databases that it keeps backups of. REST answers some of it under `/`. */
export type Query = {
  __typename?: 'Query';
  /** The databases that have been backed up. */
  databases: DatabaseConnection;
  /** One database, or null when no database of that name has been backed up. */
  database?: Maybe<Database>;
  /** The backups of all databases, or of some. */
  backups: BackupConnection;
  /** One backup, or null when there is none with that id. */
  backup?: Maybe<Backup>;
  /** How much there is, in all and day by day. */
  statistics: Statistics;
};


/** What the service knows of the databases that it keeps backups of. REST answers some of it under `/`. */
export type QueryDatabasesArgs = {
  first?: Scalars['Int']['input'];
  after?: InputMaybe<Scalars['String']['input']>;
  filter?: InputMaybe<DatabaseFilter>;
  orderBy?: DatabaseOrder;
};


/** What the service knows of the databases that it keeps backups of. REST answers some of it under `/`. */
export type QueryDatabaseArgs = {
  name: Scalars['String']['input'];
};


/** What the service knows of the databases that it keeps backups of. REST answers some of it under `/`. */
export type QueryBackupsArgs = {
  first?: Scalars['Int']['input'];
  after?: InputMaybe<Scalars['String']['input']>;
  filter?: InputMaybe<BackupFilter>;
  orderBy?: BackupOrder;
};


/** What the service knows of the databases that it keeps backups of. REST answers some of it under `/`. */
export type QueryBackupArgs = {
  id: Scalars['ID']['input'];
};


/** What the service knows of the databases that it keeps backups of. REST answers some of it under `/`. */
export type QueryStatisticsArgs = {
  days?: Scalars['Int']['input'];
};

/** What happens while one listens, by server-sent events. */
export type Subscription = {
  __typename?: 'Subscription';
  /** Every backup from now on, at the moment when it is stored, checked and recorded. */
  backupReceived: Backup;
};


/** What happens while one listens, by server-sent events. */
export type SubscriptionBackupReceivedArgs = {
  database?: InputMaybe<Scalars['String']['input']>;
};

/** A database that has been backed up. */
export type Database = {
  __typename?: 'Database';
  /** The name under which its backups are kept. */
  name: Scalars['String']['output'];
  /** The backup whose dump began last, whatever it is worth. */
  latestBackup?: Maybe<Backup>;
  /** The last backup that is complete and whose stored file is sound: what a restore would take. Null when there is none. */
  latestCompleteBackup?: Maybe<Backup>;
  /** Its newest complete backup, when that has lost something and no one has accepted that; null otherwise. */
  unacceptedLoss?: Maybe<Backup>;
  /** Its backups. */
  backups: BackupConnection;
  /** How many backups of it are kept. */
  backupCount: Scalars['Int']['output'];
  /** What their zips take together, in bytes. */
  storedBytes: Scalars['BigInt']['output'];
  /** What came of it day by day, up to today, oldest first; a day without a backup is there too. */
  days: Array<Day>;
};


/** A database that has been backed up. */
export type DatabaseBackupsArgs = {
  first?: Scalars['Int']['input'];
  after?: InputMaybe<Scalars['String']['input']>;
  orderBy?: BackupOrder;
};


/** A database that has been backed up. */
export type DatabaseDaysArgs = {
  last?: Scalars['Int']['input'];
};

/** Which databases. */
export type DatabaseFilter = {
  /** Its name holds this; capitals do not matter, accents do. */
  search?: InputMaybe<Scalars['String']['input']>;
  /** Its latest backup is in one of these states. */
  states?: InputMaybe<Array<BackupState>>;
  /** Its latest complete backup was begun longer ago than so many hours, or there is none: what a night has missed. A name from the future counts from its receipt. */
  noCompleteForHours?: InputMaybe<Scalars['Float']['input']>;
  /** Whether its newest complete backup has lost something that no one has accepted. */
  hasUnacceptedLoss?: InputMaybe<Scalars['Boolean']['input']>;
};

/** In which order databases are listed. */
export type DatabaseOrder = {
  /** By what; those that are alike in it by name. */
  field: DatabaseOrderField;
  /** From which end. */
  direction?: Direction;
};

/** By what databases are put in order. */
export type DatabaseOrderField =
  /** By name, byte by byte. */
  | 'NAME'
  /** By when the latest backup was begun. */
  | 'LATEST_BACKUP'
  /** By when the latest complete backup was begun; those without one come as the oldest. */
  | 'LATEST_COMPLETE_BACKUP'
  /** By the size of the latest zip. */
  | 'SIZE';

/** From which end a list begins. */
export type Direction =
  /** The smallest, the oldest or A first. */
  | 'ASC'
  /** The largest, the newest or Z first. */
  | 'DESC';

/** A page of databases. */
export type DatabaseConnection = {
  __typename?: 'DatabaseConnection';
  /** The databases, each with its cursor. */
  edges: Array<DatabaseEdge>;
  /** The databases alone. */
  nodes: Array<Database>;
  /** Whether there are more. */
  pageInfo: PageInfo;
  /** How many there are on all pages. Counted only when it is asked for. */
  totalCount: Scalars['Int']['output'];
};

/** A database in a list. */
export type DatabaseEdge = {
  __typename?: 'DatabaseEdge';
  /** To go on behind it. */
  cursor: Scalars['String']['output'];
  /** The database. */
  node: Database;
};

/** One stored zip of one dump. */
export type Backup = {
  __typename?: 'Backup';
  /** The id that REST gives it too. */
  id: Scalars['ID']['output'];
  /** What it is a backup of. */
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
  /** The path under which this service hands the zip out. */
  downloadUrl: Scalars['String']['output'];
  /** What it is worth now. */
  state: BackupState;
  /** What was noticed of it when it was received, by the client and by the service. */
  findings: Array<Finding>;
  /** What the database had lost when it was made, or null when nothing; of complete backups only. */
  loss?: Maybe<Loss>;
  /** The size of the plain dump in bytes, or null when the service was told not to read it. */
  dumpSize?: Maybe<Scalars['BigInt']['output']>;
  /** The SHA-256 of the plain dump, or null when the service was told not to read it. */
  dumpDigest?: Maybe<Scalars['Digest']['output']>;
  /** How long the dump took, in seconds, or null when the client sent no manifest. */
  dumpSeconds?: Maybe<Scalars['Float']['output']>;
  /** What is in it, or null when the client sent no manifest. */
  inventory?: Maybe<Inventory>;
  /** When the service had it whole. */
  receivedAt: Scalars['DateTime']['output'];
  /** When its stored bytes were last read, whatever that showed, or null for not yet. */
  checkedAt?: Maybe<Scalars['DateTime']['output']>;
  /** What is wrong with the stored file, or null while it is sound. */
  damage?: Maybe<Scalars['String']['output']>;
};

/** What a dump was seen to hold while it was made, as its manifest says. */
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
  /** How many rows the dump's INSERT statements hold. */
  rows: Scalars['BigInt']['output'];
  /** What these statements take in the dump, in bytes. */
  bytes: Scalars['BigInt']['output'];
};

/** Which backups. What is left out does not matter. */
export type BackupFilter = {
  /** Of this database, by its whole name. */
  database?: InputMaybe<Scalars['String']['input']>;
  /** In one of these states. */
  states?: InputMaybe<Array<BackupState>>;
  /** Begun at this instant or later; where the name is more than 15 minutes ahead, received then. */
  takenFrom?: InputMaybe<Scalars['DateTime']['input']>;
  /** Begun before this instant; where the name is more than 15 minutes ahead, received then. */
  takenBefore?: InputMaybe<Scalars['DateTime']['input']>;
  /** The zip has so many bytes or more. */
  minSize?: InputMaybe<Scalars['BigInt']['input']>;
  /** The zip has so many bytes or fewer. */
  maxSize?: InputMaybe<Scalars['BigInt']['input']>;
  /** The name of the zip begins with this. */
  fileName?: InputMaybe<Scalars['String']['input']>;
};

/** In which order backups are listed. */
export type BackupOrder = {
  /** By what; those that are alike in it by id. */
  field: BackupOrderField;
  /** From which end. */
  direction?: Direction;
};

/** By what backups are put in order. */
export type BackupOrderField =
  /** By when the dump was begun; where the name is more than 15 minutes ahead, by the receipt. */
  | 'TAKEN'
  /** By the size of the zip. */
  | 'SIZE';

/** A page of backups. */
export type BackupConnection = {
  __typename?: 'BackupConnection';
  /** The backups, each with its cursor. */
  edges: Array<BackupEdge>;
  /** The backups alone. */
  nodes: Array<Backup>;
  /** Whether there are more. */
  pageInfo: PageInfo;
  /** How many there are on all pages. Counted only when it is asked for. */
  totalCount: Scalars['Int']['output'];
};

/** A backup in a list. */
export type BackupEdge = {
  __typename?: 'BackupEdge';
  /** To go on behind it. */
  cursor: Scalars['String']['output'];
  /** The backup. */
  node: Backup;
};

/** Where a page stands in its list (Relay's cursor connections). */
export type PageInfo = {
  __typename?: 'PageInfo';
  /** Whether something comes behind this page. */
  hasNextPage: Scalars['Boolean']['output'];
  /** Whether the page was asked for by `after`, so that something comes before it. */
  hasPreviousPage: Scalars['Boolean']['output'];
  /** The cursor of the first of this page, or null when it is empty. */
  startCursor?: Maybe<Scalars['String']['output']>;
  /** The cursor of the last of this page, for `after` of the next, or null when it is empty. */
  endCursor?: Maybe<Scalars['String']['output']>;
};

/** What a backup is worth, written as REST does. */
export type BackupState =
  /** All that the source holds is in it, as its manifest says and the service has seen. */
  | 'complete'
  /** Something of the source is not in it, or may not come back: its findings say what. */
  | 'incomplete'
  /** Nobody vouches for what it should hold, or nobody has looked. */
  | 'unverified'
  /** The stored file has rotted or gone since. */
  | 'damaged';

/** Something that was noticed of a backup when it was received. */
export type Finding = {
  __typename?: 'Finding';
  /** For programs: `SHRUNK`. There may be new ones. */
  code: Scalars['String']['output'];
  /** How much it weighs. */
  severity: Severity;
  /** For people: one sentence with names and figures. */
  message: Scalars['String']['output'];
  /** What to do about it, where there is something to be done. */
  advice?: Maybe<Scalars['String']['output']>;
};

/** What a database had lost when a complete backup was made. */
export type Loss = {
  __typename?: 'Loss';
  /** What has become of it. */
  status: LossStatus;
  /** What was lost: one sentence with names and figures. */
  message: Scalars['String']['output'];
  /** The backup that still has it, or null when the history does not know that any more. */
  reference?: Maybe<Backup>;
  /** Who accepted it, or null while nobody has. */
  acceptance?: Maybe<Acceptance>;
};

/** What has become of a loss, written as REST does. */
export type LossStatus =
  /** No one has accepted it: later backups are compared with the one before. */
  | 'unaccepted'
  /** Somebody has accepted it: later backups are compared with this one. */
  | 'accepted'
  /** A newer complete backup has lost nothing, or its loss was accepted. */
  | 'superseded';

/** That a loss was on purpose. */
export type Acceptance = {
  __typename?: 'Acceptance';
  /** When that was said. */
  at: Scalars['DateTime']['output'];
  /** Who said so, as the client has it; null when it has nobody. */
  by?: Maybe<Scalars['String']['output']>;
  /** Why it was on purpose. */
  reason: Scalars['String']['output'];
};

/** How much a finding weighs. */
export type Severity =
  /** Something of the source is not in the backup, or may not come back. */
  | 'incomplete'
  /** Nobody has looked. */
  | 'unverified'
  /** The backup is whole, and something is worth a look. */
  | 'warning';

/** How much there is. */
export type Statistics = {
  __typename?: 'Statistics';
  /** How many databases have been backed up. */
  databases: Scalars['Int']['output'];
  /** How many backups are kept. */
  backups: Scalars['Int']['output'];
  /** What their zips take together, in bytes. */
  bytes: Scalars['BigInt']['output'];
  /** How many of them have a stored file that has rotted or gone. */
  damaged: Scalars['Int']['output'];
  /** Day by day, up to today, oldest first; a day without a backup is there too. */
  days: Array<Day>;
};

/** What came of one day: the backups whose dumps were begun on it, in UTC. */
export type Day = {
  __typename?: 'Day';
  /** Which day. */
  day: Scalars['Date']['output'];
  /** How many backups. */
  backups: Scalars['Int']['output'];
  /** What their zips take, in bytes. */
  bytes: Scalars['BigInt']['output'];
  /** What their dumps would take, as far as the service has read them, in bytes. */
  dumpBytes: Scalars['BigInt']['output'];
  /** How many of them are complete now. */
  complete: Scalars['Int']['output'];
  /** How many of them are incomplete. */
  incomplete: Scalars['Int']['output'];
  /** How many of them nobody vouches for. */
  unverified: Scalars['Int']['output'];
  /** How many of them have a stored file that has rotted or gone since. */
  damaged: Scalars['Int']['output'];
  /** How many databases, first backed up on this day or before, have no complete backup of it. Today's night may still be to come. */
  failures: Scalars['Int']['output'];
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
  Subscription: ResolverTypeWrapper<Record<PropertyKey, never>>;
  Database: ResolverTypeWrapper<NamedDatabase>;
  DatabaseFilter: DatabaseFilter;
  Float: ResolverTypeWrapper<Scalars['Float']['output']>;
  Boolean: ResolverTypeWrapper<Scalars['Boolean']['output']>;
  DatabaseOrder: DatabaseOrder;
  DatabaseOrderField: DatabaseOrderField;
  Direction: Direction;
  DatabaseConnection: ResolverTypeWrapper<Connection<NamedDatabase>>;
  DatabaseEdge: ResolverTypeWrapper<Omit<DatabaseEdge, 'node'> & { node: ResolversTypes['Database'] }>;
  Backup: ResolverTypeWrapper<ListedBackup>;
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
  Subscription: Record<PropertyKey, never>;
  Database: NamedDatabase;
  DatabaseFilter: DatabaseFilter;
  Float: Scalars['Float']['output'];
  Boolean: Scalars['Boolean']['output'];
  DatabaseOrder: DatabaseOrder;
  DatabaseConnection: Connection<NamedDatabase>;
  DatabaseEdge: Omit<DatabaseEdge, 'node'> & { node: ResolversParentTypes['Database'] };
  Backup: ListedBackup;
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
  statistics?: Resolver<ResolversTypes['Statistics'], ParentType, ContextType, RequireFields<QueryStatisticsArgs, 'days'>>;
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
  backupCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  storedBytes?: Resolver<ResolversTypes['BigInt'], ParentType, ContextType>;
  days?: Resolver<Array<ResolversTypes['Day']>, ParentType, ContextType, RequireFields<DatabaseDaysArgs, 'last'>>;
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
  checkedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  damage?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
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

export type Resolvers<ContextType = GraphqlContext> = {
  DateTime?: GraphQLScalarType;
  Date?: GraphQLScalarType;
  BigInt?: GraphQLScalarType;
  Digest?: GraphQLScalarType;
  Query?: QueryResolvers<ContextType>;
  Subscription?: SubscriptionResolvers<ContextType>;
  Database?: DatabaseResolvers<ContextType>;
  DatabaseConnection?: DatabaseConnectionResolvers<ContextType>;
  DatabaseEdge?: DatabaseEdgeResolvers<ContextType>;
  Backup?: BackupResolvers<ContextType>;
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
};

