import { type Finding, finding } from '../../protocol/finding.ts';
import type { FindingCode } from '../../protocol/finding-codes.ts';
import { firstNames } from '../../protocol/first-names.ts';
import { namesIn, type ObjectKind } from '../../protocol/manifest.ts';
import type { DumpContents, Naming } from '../dump-parser/dump-contents.ts';
import type { SourceReport } from '../preflight/source-report.ts';
import { labelOf } from './object-label.ts';

interface Dumped {
  readonly contents: Pick<DumpContents, 'naming' | 'inventory'>;
  /** What the server showed; undefined when it could not be asked. */
  readonly report: Pick<SourceReport, 'objects' | 'ignoresCase' | 'boundViews'> | undefined;
  readonly database: string;
}

/** @returns what definitions do that name their own database, once that is restored under another name, or draw from another one's sequences */
export function namingFindings({ contents, report, database }: Dumped): Finding[] {
  const own = new OwnObjects({ contents, report, database });
  const qualified = contents.naming.filter(({ ownName }) => ownName !== undefined && own.isDatabase(ownName));
  const naming = contents.naming.filter(it => own.areNamedIn(it));
  const drawing = contents.naming.filter(({ foreignSequences }) => foreignSequences.length > 0);
  const abroad = contents.naming.filter(it => it.object.kind === 'views' && foreignOf(it).length > 0);
  return [
    ...found(
      'DATABASE_NAME_HARDCODED',
      `these do not load under another name, since they were created with the name of their database (${database}.…), which MariaDB keeps`,
      qualified.map(it => labelOf(it.object)),
      WITHOUT_NAME,
    ),
    ...found(
      'DATABASE_NAME_HARDCODED',
      `these name their own database: restored under another name, the copy would read or write ${database}`,
      naming.map(it => labelOf(it.object)),
      WITHOUT_NAME_WITHIN,
    ),
    ...found(
      'RESTORE_PREREQUISITE',
      'these draw from sequences of another database, and the copy does so, too',
      drawing.map(it => `${labelOf(it.object)} (${it.foreignSequences.join(', ')})`),
      'Restore where that database is; views do not load without it.',
    ),
    ...found(
      'RESTORE_PREREQUISITE',
      'these views read other databases, and load only where these are',
      abroad.map(it => `${it.object.name} (${foreignOf(it).join(', ')})`),
      'Restore those databases first, with their tables and functions.',
    ),
  ];
}

function found(code: FindingCode, message: string, names: readonly string[], advice: string): Finding[] {
  return names.length === 0 ? [] : [finding(code, `${message}: ${firstNames(names)}`, advice)];
}

/** Those that not every server has. */
function foreignOf({ foreignDatabases }: Naming): string[] {
  return foreignDatabases.filter(name => !/^(?:information_schema|performance_schema|mysql|sys)$/i.test(name));
}

const WITHOUT_NAME =
  'Create them again without it: CREATE TRIGGER name … ON table …. Until then restore under the same name, on another server.';
const WITHOUT_NAME_WITHIN =
  'Create them again without the name of the database. Until then restore under the same name, on another server. (Where no database of that name is, views do not load.)';

/** What there is in the database, to tell `database.table` from `alias.column`. */
class OwnObjects {
  readonly #dumped: Dumped;

  constructor(dumped: Dumped) {
    this.#dumped = dumped;
  }

  isDatabase(name: string): boolean {
    return this.#same(name, this.#dumped.database);
  }

  areNamedIn({ object, names, isAmbiguous }: Naming): boolean {
    const { report, database } = this.#dumped;
    // MariaDB writes these in full, which has its own finding.
    if (object.kind === 'views' && report?.boundViews?.includes(object.name)) return false;
    return names.some(it => {
      if (!this.isDatabase(it.database)) return false;
      if (it.place === 'three parts') return true;
      if (it.place === 'routine') return this.#isRoutine(it.name) || this.#isRelation(it.name);
      // A table may be called as its database; then what is behind the dot may be a column.
      const isClear = it.place === 'relation' || !(isAmbiguous || this.#isRelation(database));
      return isClear && this.#isRelation(it.name);
    });
  }

  #isRoutine(name: string): boolean {
    return this.#has(['procedures', 'functions', 'packages'], other => other.toLowerCase() === name.toLowerCase());
  }

  #isRelation(name: string): boolean {
    return this.#has(['tables', 'views', 'sequences'], other => this.#same(other, name));
  }

  #has(kinds: readonly ObjectKind[], isIt: (name: string) => boolean): boolean {
    const { contents, report } = this.#dumped;
    return kinds.some(
      kind => namesIn(contents.inventory, kind).some(isIt) || (report?.objects[kind].some(isIt) ?? false),
    );
  }

  #same(a: string, b: string): boolean {
    return this.#dumped.report?.ignoresCase ? a.toLowerCase() === b.toLowerCase() : a === b;
  }
}
