import type { Manifest } from '../../../protocol/manifest.ts';
import { namesIn, OBJECT_KINDS } from '../../../protocol/manifest.ts';
import type { StoredState } from '../../../protocol/responses.ts';
import { type BackupToRestore, idOf } from '../choice/backup-to-restore.ts';
import type { ForeignDefiner } from '../preflight/definers.ts';
import type { RestorePreflight } from '../preflight/preflight.ts';
import type { Problem } from '../preflight/problem.ts';
import { replaceNames } from '../replace/replace-names.ts';
import type { RestoreTarget } from '../target/restore-target.ts';
import type { RestoreWish } from '../target/restore-wish.ts';

/** What a restore will do, as a person sees it before, and as `--json` prints it. */
export interface RestorePlan {
  readonly backup: {
    readonly id: number | undefined;
    readonly database: string;
    readonly fileName: string;
    /** The address of the service, or the path of the file. */
    readonly from: string;
    readonly takenAt: Date | undefined;
    readonly state: StoredState | undefined;
    readonly zipBytes: number;
    readonly dumpBytes: number | undefined;
    readonly rows: number | undefined;
    readonly tables: number | undefined;
    /** Of kinds other than tables. */
    readonly otherObjects: number | undefined;
  };
  readonly target: {
    readonly address: string;
    readonly flavour: 'mysql' | 'mariadb';
    readonly version: string;
    readonly account: string;
    readonly database: string;
    readonly isEncrypted?: boolean;
  };
  readonly wish: RestoreWish;
  /** Accounts beside the one that restores, to which something will belong; undefined where that is not known yet. */
  readonly definers: readonly ForeignDefiner[] | undefined;
  readonly action: 'create' | 'fill' | 'add tables' | 'replace';
  /** Each step that changes something, in order, a sentence each. */
  readonly steps: readonly string[];
  readonly warnings: readonly string[];
  /** Why it is refused; empty when it is not. */
  readonly problems: readonly Problem[];
}

export interface PlanOptions {
  readonly backup: BackupToRestore;
  readonly target: RestoreTarget;
  readonly wish: RestoreWish;
  readonly preflight: RestorePreflight;
  /** The address of the service. */
  readonly server: URL;
  /** Of the options and files that were read. */
  readonly warnings: readonly string[];
}

export function makePlan({ backup, target, wish, preflight, server, warnings }: PlanOptions): RestorePlan {
  const { facts, state, problems } = preflight;
  const { manifest } = backup;
  const action = actionOf(wish, state);
  const place = state.objects === 0 ? `the empty database ${target.database}` : target.database;
  return {
    backup: {
      id: idOf(backup),
      database: backup.label,
      fileName: backup.fileName,
      from: 'path' in backup.from ? backup.from.path : server.href,
      takenAt: backup.takenAt,
      state: backup.state,
      zipBytes: backup.zipBytes,
      dumpBytes: backup.dumpBytes,
      rows: manifest?.dump.rows,
      tables: manifest?.inventory.tables.length,
      otherObjects: manifest && otherObjectsIn(manifest),
    },
    target: {
      ...{ address: target.address, flavour: facts.flavour, version: facts.version },
      ...{ account: facts.account, database: target.database },
    },
    ...{ wish, action, problems, definers: preflight.definers },
    steps: stepsOf(action, { backup, target, wish, place }),
    warnings: [...target.warnings, ...warnings, ...preflight.warnings],
  };
}

function actionOf(
  wish: RestoreWish,
  { isThere, objects, swapCutOff }: RestorePreflight['state'],
): RestorePlan['action'] {
  if (swapCutOff && wish.mode === 'replace') return 'replace';
  if (!isThere) return 'create';
  if (wish.mode === 'replace' && objects > 0) return 'replace';
  if (wish.tables && objects > 0) return 'add tables';
  return 'fill';
}

type StepOptions = Pick<PlanOptions, 'backup' | 'target' | 'wish'> & {
  /** What is filled, in words. */
  readonly place: string;
};

function stepsOf(
  action: RestorePlan['action'],
  { backup: { manifest }, target: { database }, wish, place }: StepOptions,
): string[] {
  const { character_set: characterSet, collation } = manifest?.source ?? {};
  const defaults = characterSet && collation ? ` (CHARACTER SET ${characterSet} COLLATE ${collation})` : '';
  const what = whatIsLoaded(wish);
  if (action === 'create') return [`create the database ${database}${defaults}`, `load ${what} into it`, COMPARE];
  if (action === 'fill') return [`load ${what} into ${place}`, COMPARE];
  if (action === 'add tables') return [`load ${what} into ${database}; its other objects stay as they are`, COMPARE];
  const { staging, old } = replaceNames(database);
  const swapped = wish.tables ? `those in ${database}` : `what is in ${database}`;
  return [
    `back up ${database} as it is now`,
    `load ${what} into ${staging}`,
    COMPARE,
    `only if all agrees: swap it with ${swapped}`,
    `keep the old tables in ${old}, until you drop it`,
  ];
}

const COMPARE = 'compare objects and rows with the backup';

/** @returns such as `the definitions of faktur, barang` */
function whatIsLoaded({ tables, parts }: Pick<RestoreWish, 'tables' | 'parts'>): string {
  const which = tables ? tables.join(', ') : undefined;
  if (parts === 'schema') return which ? `the definitions of ${which}` : 'all definitions, without rows,';
  if (parts === 'data') return which ? `the rows of ${which}` : 'all rows, without definitions,';
  return which ?? 'everything';
}

function otherObjectsIn({ inventory }: Manifest): number {
  return OBJECT_KINDS.filter(kind => kind !== 'tables').reduce((sum, kind) => sum + namesIn(inventory, kind).length, 0);
}
