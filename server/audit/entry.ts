import { randomUUID } from 'node:crypto';

/** What is audited. `request` is any other request that was refused, `audit` what happened to the trail itself. */
export const AUDIT_ACTIONS = [
  'upload',
  'download',
  'manifest',
  'drill_report',
  'restore_report',
  'run_report',
  'accept',
  'scrub',
  'alarm_acknowledge',
  'channel_test',
  'forget',
  'take_back',
  'remove',
  'pin',
  'unpin',
  'hold',
  'release',
  'export',
  'erase',
  'token_create',
  'token_revoke',
  'token_rotate',
  'sign_in',
  'sign_out',
  'pause',
  'resume',
  'retire',
  'rebuild',
  'retention_apply',
  'clock_accept',
  'request',
  'audit',
] as const;
export type AuditAction = (typeof AUDIT_ACTIONS)[number];

/** `begun` is written before a change or a download; an entry of the same operation then has its result. */
export const AUDIT_RESULTS = ['begun', 'done', 'refused', 'failed'] as const;
export type AuditResult = (typeof AUDIT_RESULTS)[number];

/** Who did it. */
export interface Actor {
  /** Undefined without a token: an open service, or a command on the machine of the service. */
  readonly tokenId: number | undefined;
  /** The name of the token. */
  readonly token: string | undefined;
  /** Of the client; undefined for a command on the machine of the service. */
  readonly address: string | undefined;
}

/** What was done, or is about to be. */
export interface Deed {
  readonly actor: Actor;
  readonly action: AuditAction;
  readonly database?: string | undefined;
  readonly backupId?: number | undefined;
  /** More about it, for JSON; cut where it is long. Never a token, never a password. */
  readonly detail?: Readonly<Record<string, unknown>> | undefined;
}

/** A deed with its result, as an entry of the trail says it. */
export interface AuditRecord extends Deed {
  readonly result: AuditResult;
  /** How many requests it stands for, 1 when left out. */
  readonly count?: number;
  /** Shared by the start and the end of one operation; a new one when left out. */
  readonly operation?: string;
  /** Now when left out. */
  readonly at?: Date;
}

/** An entry as the history has it. */
export interface EntryRow {
  readonly operation: string;
  readonly at: Date;
  readonly tokenId: number | null;
  readonly token: string | null;
  readonly address: string | null;
  readonly action: AuditAction;
  readonly databaseName: string | null;
  readonly backupId: number | null;
  readonly result: AuditResult;
  readonly count: number;
  /** JSON. */
  readonly detail: string | null;
}

/** @returns the entry with texts that every store takes: an entry that is refused for its content would never be stored */
export function rowOf({ actor, action, database, backupId, detail, result, ...rest }: AuditRecord): EntryRow {
  const { count = 1, operation = randomUUID(), at = new Date() } = rest;
  return {
    operation,
    at,
    tokenId: actor.tokenId ?? null,
    token: storable(actor.token, 255),
    address: storable(actor.address, 64),
    action,
    databaseName: storable(database, 64),
    backupId: backupId ?? null,
    result,
    count: Math.min(count, MAX_INT),
    detail: detail === undefined || Object.keys(detail).length === 0 ? null : boundedJson(detail),
  };
}

/** @returns the entry as a line of JSON, without the line's end */
export function lineOf(row: EntryRow): string {
  const { at, tokenId, databaseName, backupId, detail, ...same } = row;
  const { operation, token, address, action, result, count } = same;
  return JSON.stringify({
    at: at.toISOString(),
    operation,
    token_id: tokenId,
    token,
    address,
    action,
    database_name: databaseName,
    backup_id: backupId,
    result,
    count,
    detail: detail === null ? null : JSON.parse(detail),
  });
}

/** What a column of the history holds. */
const MAX_INT = 2 ** 31 - 1;

const MAX_DETAIL = 2_000;

function storable(text: string | undefined, most: number): string | null {
  if (text === undefined) return null;
  return text.toWellFormed().replaceAll('\0', '\u{fffd}').slice(0, most).toWellFormed();
}

function boundedJson(detail: object): string {
  const json = JSON.stringify(detail);
  return json.length <= MAX_DETAIL ? json : JSON.stringify({ cut: storable(json, MAX_DETAIL / 2) });
}
