import { array, boolean, type InferType, mixed, number, object, string } from 'yup';
import { currentFindings, findingList, stateOf } from './finding.ts';
import { count, instant, sha256 } from './schema-fields.ts';

/** The kinds of things that a dump holds, as keys of an inventory. */
export const OBJECT_KINDS = [
  'tables',
  'sequences',
  'views',
  'triggers',
  'procedures',
  'functions',
  'packages',
  'package_bodies',
  'events',
] as const;
export type ObjectKind = (typeof OBJECT_KINDS)[number];

/** @returns what is made for each kind, by kind */
export function forEachKind<T>(make: (kind: ObjectKind) => T): Record<ObjectKind, T> {
  return Object.fromEntries(OBJECT_KINDS.map(kind => [kind, make(kind)])) as Record<ObjectKind, T>;
}

/** What one of each kind is called. */
export const KIND_NAMES: Readonly<Record<ObjectKind, string>> = {
  tables: 'table',
  sequences: 'sequence',
  views: 'view',
  triggers: 'trigger',
  procedures: 'procedure',
  functions: 'function',
  packages: 'package',
  package_bodies: 'package body',
  events: 'event',
};

/**
 * The largest manifest that is sent or taken, in bytes of JSON: room for about 110,000 tables with names of 30 characters. It
 * must fit, quoted and with its findings once more, into MariaDB's default `max_allowed_packet` of 16 MiB.
 */
export const MAX_MANIFEST_BYTES = 8 * 1024 * 1024;

/** A name that can stand in a statement as it is; absent in manifests of version 1, null when it is not known. */
const identifier = () =>
  string()
    .matches(/^\w{1,64}$/)
    .nullable()
    .default(null);

/** Which program, and which version of it. */
const program = () =>
  object({
    flavour: mixed<'mysql' | 'mariadb'>().oneOf(['mysql', 'mariadb']).required(),
    version: string().required().max(128),
  });

/** What a dump was seen to hold while it went by. */
export interface Inventory {
  /** `rows` are those of its INSERT statements, `bytes` what these take in the dump. */
  tables: Array<{ name: string; rows: number; bytes: number }>;
  sequences: string[];
  views: string[];
  triggers: string[];
  procedures: string[];
  functions: string[];
  packages: string[];
  package_bodies: string[];
  events: string[];
}

/**
 * What the definitions of a dump need of the server that loads them: names that it must know, as the dump writes them but in lower case
 * (engines and SQL modes as they are); the accounts to which they belong, as a statement names them, with how many of each kind; and
 * what some tables need alone.
 */
export interface DefinitionNeeds {
  collations: string[];
  character_sets: string[];
  engines: string[];
  row_formats: string[];
  sql_modes: string[];
  definers: Array<{ account: string; objects: Partial<Record<ObjectKind, number>> }>;
  /** Names of tables whose rows the server keeps encrypted. Absent in manifests of `sade` before it noted them, as `foreign_keys`. */
  encrypted_tables?: string[];
  /** The tables to which foreign keys point; `database` is null where it is their own. */
  foreign_keys?: Array<{ table: string; database: string | null; parent: string }>;
}

/** Checked by hand, as the inventory is. */
const needs = mixed<DefinitionNeeds>().test(
  'needs',
  ({ path }) => `${path} must have lists of names and of definers`,
  value => value === undefined || value === null || areNeeds(value),
);

/**
 * How a dump's definitions were loaded into a throwaway server during the run. What did not load or came back otherwise is among the
 * findings.
 */
const rehearsal = object({
  /** Into which; null when it was not rehearsed. */
  server: program().nullable().default(null),
  /** Why it was not rehearsed; null when it was. */
  reason: string().max(512).nullable().default(null),
  /** How many objects were compared with the source. */
  objects: count().nullable().default(null),
  seconds: number().min(0).nullable().default(null),
  /** Their texts, or only whether they are there, where the two servers write definitions in different ways. */
  compared: mixed<'definitions' | 'names'>().oneOf(['definitions', 'names']).nullable().default(null),
  /** Objects that were not rehearsed, each with the reason. */
  left_out: array(string().max(1024).required()).max(200).default([]),
});
export type Rehearsal = InferType<typeof rehearsal>;

/** Checked by hand: a hundred thousand tables take yup three seconds, in which the service answers no other request. */
const inventory = mixed<Inventory>().test('inventory', (value, context) => {
  const problem = value === undefined || value === null ? undefined : inventoryProblem(value);
  return problem === undefined || context.createError({ message: `${context.path || 'inventory'}${problem}` });
});

/**
 * What a backup says of itself: the document that travels with the zip and is kept beside it (docs/reference/formats.md). Unknown
 * keys are ignored, so that a newer client can talk to an older service; a change of meaning gets a new version.
 */
export const manifestSchema = object({
  /** 2 since it has the character set and collation of the database itself. */
  manifest_version: number().oneOf([1, 2]).required(),
  /** Name of the zip. */
  file_name: string().required().max(255),
  /** The label under which the history is kept. */
  database: string().required().max(64),
  state: mixed<'complete' | 'incomplete'>().oneOf(['complete', 'incomplete']).required(),
  findings: findingList.required(),
  /** When the dump began and ended, UTC. */
  started_at: instant(),
  ended_at: instant(),
  made_by: string().required().max(128),
  /** `restore`: of what `sade restore --replace` was about to replace. Null for an ordinary backup; absent before `sade` wrote it. */
  made_for: mixed<'restore'>().oneOf(['restore']).nullable().default(null),
  source: object({
    database: string().required().max(64),
    server: program().nullable().default(null),
    /** Defaults of the database itself, which no dump holds: a restore creates the new database with them. */
    character_set: identifier(),
    collation: identifier(),
    /** How its server compares names of tables: 0 by case, 1 in lower case, 2 as written and without case. Null in older manifests. */
    lower_case_table_names: number().integer().min(0).max(2).nullable().default(null),
  }).required(),
  client: program().required(),
  dump: object({
    size: count(),
    sha256: sha256(),
    rows: count(),
    /** The anchored marker on the last line, outside of any statement. */
    ends_with_marker: boolean().oneOf([true]).required(),
    character_set: string().max(64).nullable().default(null),
    /** The position of the dump in the server's log, when mysqldump was told to write it. */
    binlog: object({ file: string().required().max(512), position: count() })
      .nullable()
      .default(null),
    gtid: string().max(65_536).nullable().default(null),
    /** Of the options beside our own: two dumps with the same can be compared byte by byte. Null in manifests that have none. */
    options_sha256: sha256().nullable().default(null),
    /**
     * A server that loads the dump must accept so many bytes at once (max_allowed_packet); the table that this statement fills, if it
     * fills one. Null in older manifests.
     */
    longest_statement: object({ bytes: count(), table: string().max(512).nullable().default(null) })
      .nullable()
      .default(null),
    /** Absent in manifests of `sade` before it noted them. */
    needs: needs.nullable(),
  }).required(),
  zip: object({ size: count(), sha256: sha256() }).required(),
  inventory: inventory.required(),
  /** Absent in manifests of `sade` before it rehearsed. */
  rehearsal: rehearsal.nullable().default(null),
  /** A loss is reported when a table or the dump lost more than this part of its rows or bytes since the last complete backup; 0: never. */
  shrink_limit_percent: number().integer().min(0).max(100).required(),
}).test(
  'state',
  'has a state that does not match its findings',
  // Runs also when other fields are wrong: their own tests report those.
  ({ state, findings }) =>
    !findingList.isValidSync(findings) || (stateOf(findings ?? []) === 'complete') === (state === 'complete'),
);

export type Manifest = InferType<typeof manifestSchema>;

/** @returns the same manifest, its findings under today's codes: an earlier version may have written it */
export function currentManifest(manifest: Manifest): Manifest {
  // A manifest of a later version may have no such list.
  return Array.isArray(manifest.findings) ? { ...manifest, findings: currentFindings(manifest.findings) } : manifest;
}

/** @param json of a manifest that has been validated before */
export function parseManifest(json: string): Manifest {
  return currentManifest(JSON.parse(json));
}

/** @returns what is wrong, behind the name of the inventory */
function inventoryProblem(value: unknown): string | undefined {
  if (!isObject(value)) return ' must be an object';
  for (const kind of OBJECT_KINDS) {
    const list = value[kind];
    if (!Array.isArray(list)) return `.${kind} must be a list`;
    const isRight = kind === 'tables' ? isTable : isName;
    const wrong = list.findIndex(item => !isRight(item));
    if (wrong >= 0) return `.${kind}[${wrong}] ${kind === 'tables' ? A_TABLE : A_NAME}`;
  }
  return undefined;
}

const A_NAME = 'must be a name of at most 512 characters';
const A_TABLE = 'must have a name of at most 512 characters, and its numbers of rows and bytes';

function areNeeds(value: unknown): boolean {
  if (!isObject(value) || !Array.isArray(value.definers) || value.definers.length > MOST_NEEDS) return false;
  const areNames = (list: unknown) => Array.isArray(list) && list.length <= MOST_NEEDS && list.every(isName);
  const isDefiner = (item: unknown) =>
    isObject(item) && isName(item.account) && isObject(item.objects) && Object.values(item.objects).every(isCount);
  return (
    NEEDED_NAMES.every(kind => areNames(value[kind])) &&
    value.definers.every(isDefiner) &&
    areOptional(value.encrypted_tables, isName) &&
    areOptional(value.foreign_keys, isForeignKey)
  );
}

function areOptional(list: unknown, isItem: (item: unknown) => boolean): boolean {
  return list === undefined || (Array.isArray(list) && list.length <= MOST_OF_TABLES && list.every(isItem));
}

function isForeignKey(item: unknown): boolean {
  return (
    isObject(item) && isName(item.table) && isName(item.parent) && (item.database === null || isName(item.database))
  );
}

const NEEDED_NAMES = ['collations', 'character_sets', 'engines', 'row_formats', 'sql_modes'] as const;
const MOST_NEEDS = 1000;
const MOST_OF_TABLES = 10_000;

function isTable(item: unknown): boolean {
  return isObject(item) && isName(item.name) && isCount(item.rows) && isCount(item.bytes);
}

function isName(item: unknown): boolean {
  return typeof item === 'string' && item.length <= 512;
}

function isCount(item: unknown): boolean {
  return Number.isSafeInteger(item) && (item as number) >= 0;
}

function isObject(item: unknown): item is Record<string, unknown> {
  return typeof item === 'object' && item !== null && !Array.isArray(item);
}

/** @returns an inventory of nothing */
export function emptyInventory(): Inventory {
  return {
    ...{ tables: [], sequences: [], views: [], triggers: [], procedures: [], functions: [] },
    ...{ packages: [], package_bodies: [], events: [] },
  };
}

/** @returns the names of all that an inventory lists of one kind */
export function namesIn(inventory: Inventory, kind: ObjectKind): string[] {
  return kind === 'tables' ? inventory.tables.map(({ name }) => name) : inventory[kind];
}
