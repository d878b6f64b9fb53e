import type { FindingList } from '../../../protocol/finding.ts';
import type { FindingCode } from '../../../protocol/finding-codes.ts';
import { type Manifest, OBJECT_KINDS, type ObjectKind } from '../../../protocol/manifest.ts';

/** What of an older backup must be in a newer one, or is lost. */
export interface Comparable {
  isExpected(kind: ObjectKind, name: string): boolean;
  /** Whether the rows of that table are. */
  areRowsExpected(table: string): boolean;
  /** Whether the dump must be as large: only where nothing at all is left out. */
  readonly isSizeExpected: boolean;
}

type Findings = NonNullable<FindingList>;
type Part = ObjectKind | 'rows';

/**
 * Decides what counts as a loss in a backup: not what its user was not shown, what was broken, or what is left out on purpose.
 * What the older one leaves out on purpose too is not in that either.
 */
export function comparable(newer: Manifest, older: Manifest): Comparable {
  const unseen = newer.findings.flatMap(({ code }) => NOT_DUMPED[code as FindingCode] ?? []);
  const options = newlyLeftOut(newer.findings, older.findings);
  const parts = new Set<Part>([...unseen, ...options.flatMap(({ parts }) => parts)]);
  const isNamed = (what: 'table' | 'rowsOf', name: string) =>
    options.some(option => option[what] === fold(`${newer.source.database}.${name}`));
  return {
    isExpected: (kind, name) => !parts.has(kind) && !(LIKE_TABLES.has(kind) && isNamed('table', name)),
    areRowsExpected: table => !parts.has('rows') && !isNamed('table', table) && !isNamed('rowsOf', table),
    isSizeExpected: unseen.length === 0 && options.length === 0,
  };
}

const TABLES: readonly Part[] = ['tables', 'sequences', 'views'];
const ROUTINES: readonly Part[] = ['procedures', 'functions', 'packages', 'package_bodies'];
const LIKE_TABLES = new Set<Part>(TABLES);

/** What is not in a dump of which that was found: the finding says so already. */
const NOT_DUMPED: Partial<Record<FindingCode, readonly Part[]>> = {
  ROWS_LIMITED: ['rows'],
  HISTORY_NOT_DUMPED: ['rows'],
  TABLES_NOT_GRANTED: [...TABLES, 'triggers', 'rows'],
  VIEWS_NOT_GRANTED: ['views'],
  BROKEN_VIEW: ['views'],
  TRIGGERS_NOT_GRANTED: ['triggers'],
  EVENTS_NOT_GRANTED: ['events'],
  EVENTS_NOT_DUMPED: ['events'],
  ROUTINES_NOT_GRANTED: ROUTINES,
};

interface LeftOut {
  readonly parts: readonly Part[];
  /** `database.table`, folded, of which nothing is dumped. */
  readonly table?: string;
  /** The same, of which only the rows are not. */
  readonly rowsOf?: string;
}

/** @returns what the newer one leaves out on purpose and the older one did not */
function newlyLeftOut(newer: Findings, older: Findings): LeftOut[] {
  const before = new Set(wantedOptions(older));
  return wantedOptions(newer)
    .filter(option => !before.has(option))
    .map(option => {
      const [, name, value = ''] = /^(--[\w-]+)(?:=(.*))?$/s.exec(option) ?? [];
      if (name === '--ignore-table') return { parts: ['triggers'], table: fold(value) };
      if (name === '--ignore-table-data') return { parts: [], rowsOf: fold(value) };
      return { parts: BY_OPTION[name ?? ''] ?? ALL };
    });
}

/** @returns the options that leave something out on purpose */
export function wantedOptions(findings: Findings): string[] {
  return findings
    .filter(({ code }) => code === 'PARTIAL_BY_CONFIG')
    .map(({ message }) => message.slice(message.indexOf(': ') + 2));
}

/** An option that only a newer `sade` knows may leave out anything. */
const ALL: readonly Part[] = [...OBJECT_KINDS, 'rows'];

const BY_OPTION: Readonly<Record<string, readonly Part[]>> = {
  '--no-data': ['rows'],
  '--where': ['rows'],
  '--as-of': ['rows'],
  '--no-create-info': TABLES,
  '--ignore-views': ['views'],
  '--skip-triggers': ['triggers'],
  '--skip-routines': ROUTINES,
  '--skip-events': ['events'],
  '--compatible': [],
  '--skip-create-options': [],
  '--skip-opt': [],
  '--skip-generated-invisible-primary-key': [],
  '--show-create-table-skip-secondary-engine': [],
};

/** mysqldump compares the names of tables to be ignored without regard to the case of ASCII letters, and of no others. */
function fold(name: string): string {
  return name.replace(/[A-Z]/g, letter => letter.toLowerCase());
}
