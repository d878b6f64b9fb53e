import type { ObjectKind } from '../../protocol/manifest.ts';
import { DUMP_OPTIONS, parseOption } from './dump-option-list.ts';

/**
 * Tells which of the options leave something out of the dump on purpose: that is allowed, and said each time.
 * @returns their names
 */
export function partialDumpOptions(options: readonly string[]): string[] {
  return partialSettings(options).map(optionOf);
}

/** An option that leaves something out. */
export interface PartialOption {
  /** Its name; with a value only where that is the name of a table, since others may be secrets. */
  readonly option: string;
  /** The tables and views that it leaves out, or the rows of which, where it is one that names a table. */
  readonly tables: readonly string[];
}

/**
 * @param names of the tables and views that there are
 * @returns for each option that leaves something out what it leaves out, as far as that is known
 */
export function whatIsLeftOut(options: readonly string[], database: string, names: readonly string[]): PartialOption[] {
  return partialSettings(options).map(setting => {
    if (!NAMES_A_TABLE.test(setting.name)) return { option: optionOf(setting), tables: [] };
    const tables = names.filter(name => fold(`${database}.${name}`) === fold(setting.value ?? ''));
    return { option: `${optionOf(setting)}=${setting.value ?? ''}`, tables };
  });
}

const NAMES_A_TABLE = /^ignore-table/;

function optionOf({ name }: Setting): string {
  return `--${name}`;
}

/** What is not expected in a dump. */
export interface LeftOut {
  /** Tells it of a table or view, by its name, with all that belongs to it, such as its triggers. */
  readonly leavesOut: (table: string) => boolean;
  /** Tells it of the rows of a table, whose definition may be there. */
  readonly leavesOutRows: (table: string) => boolean;
  readonly kinds: ReadonlySet<ObjectKind>;
  /** Whether the former rows of system-versioned tables are not wanted. */
  readonly history: boolean;
}

/**
 * @param isExact whether a table of the same name in another case is still expected, although the client leaves it out, too
 * @returns what the options keep out of a dump of the database, so that no one misses it there
 */
export function leftOut(
  options: readonly string[],
  database: string,
  { isExact = false }: { isExact?: boolean } = {},
): LeftOut {
  const same = isExact ? (name: string) => name : fold;
  const settings = partialSettings(options);
  const named = (option: string) =>
    new Set(settings.filter(({ name }) => name === option).map(({ value }) => same(value ?? '')));
  const [tables, withoutRows] = [named('ignore-table'), named('ignore-table-data')];
  const isEmpty = settings.some(({ name }) => name === 'no-data');
  const leavesOut = (table: string) => tables.has(same(`${database}.${table}`));
  return {
    leavesOut,
    leavesOutRows: table => isEmpty || leavesOut(table) || withoutRows.has(same(`${database}.${table}`)),
    kinds: new Set(settings.flatMap(({ name }) => KINDS[name] ?? [])),
    history: settings.some(({ name }) => name === 'no-data' || name === 'as-of'),
  };
}

/** Both clients compare what is to be ignored without regard to the case of ASCII letters, and of no others. */
function fold(name: string): string {
  return name.replace(/[A-Z]/g, letter => letter.toLowerCase());
}

/** Without CREATE TABLE an empty table leaves no trace in a dump, nor does a view. */
const KINDS: Readonly<Record<string, readonly ObjectKind[]>> = {
  'no-create-info': ['tables', 'sequences', 'views'],
  'ignore-views': ['views'],
  'skip-triggers': ['triggers'],
  'skip-routines': ['procedures', 'functions', 'packages', 'package_bodies'],
  'skip-events': ['events'],
};

/** One option, as it is given. */
interface Setting {
  readonly name: string;
  readonly value: string | undefined;
}

/** @returns the settings that leave something out, but for those that a later one switches on again */
function partialSettings(options: readonly string[]): Setting[] {
  const settings = options.map(parseOption);
  return settings.filter(({ name }, index) => {
    const later = settings.slice(index + 1).map(setting => setting.name);
    const isLast = !later.includes(name) || TAKES_SEVERAL.test(name);
    return DUMP_OPTIONS[name]?.isPartial && isLast && !(name.startsWith('skip-') && later.includes(name.slice(5)));
  });
}

/** The client adds one of these to the others. */
const TAKES_SEVERAL = /^ignore-table/;
