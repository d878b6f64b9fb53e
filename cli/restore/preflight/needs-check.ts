import { firstNames } from '../../../protocol/first-names.ts';
import type { DefinitionNeeds } from '../../../protocol/manifest.ts';
import { unknownSqlModes } from '../../restore-filter/other-flavour/other-flavour.ts';
import { isWrittenAsInnoDb } from '../../restore-filter/other-flavour/table-options.ts';
import { isOfSameSet } from '../../restore-filter/rewriting/collations.ts';
import { count, formatBytes } from '../../terminal/format.ts';
import type { RestoreWish } from '../target/restore-wish.ts';
import type { TargetFacts } from '../target/target-facts.ts';
import { collationOptions, isThere, mappedCollation } from './collations.ts';
import { type Checked, NOTHING_WRONG, problem, together, warning } from './problem.ts';

interface Options {
  readonly needs: DefinitionNeeds;
  readonly wish: RestoreWish;
}

/** Checks whether the server knows all that the definitions name, before one of them fails in the middle, or silently becomes something else. */
export function checkNeeds(facts: TargetFacts, options: Options): Checked {
  if (options.wish.parts === 'data') return NOTHING_WRONG;
  const found = together([
    checkCollations(facts, options),
    checkMappedSets(facts, options),
    checkCharacterSets(facts, options),
    checkEngines(facts, options),
    checkRowFormats(facts, options.needs),
    checkSqlModes(facts, options.needs),
  ]);
  // Of which object a name is, is not known: that of a table that was not chosen does no harm.
  const exact = options.wish.tables ? warning(...found.problems.map(OF_SOME), ...found.warnings) : found;
  return together([exact, checkEncryption(facts, options)]);
}

const OF_SOME = ({ message, advice }: { message: string; advice: string }) =>
  `${message}, which may be of tables that were not chosen. If it is not: ${advice}`;

function checkCollations(facts: TargetFacts, { needs, wish }: Options): Checked {
  const missing = needs.collations.filter(name => !isThere(facts, mappedCollation(name, wish.collations)));
  if (missing.length === 0) return NOTHING_WRONG;
  return problem(
    `the server lacks ${missing.length === 1 ? 'a collation' : `${missing.length} collations`} that the definitions need: ${firstNames(missing)}`,
    `Restore to a newer server; or load them as others, by which sorting and comparing may differ: add ${collationOptions(missing, facts)}`,
  );
}

/** Of names that were given in full: a pattern stands for none of another character set. */
function checkMappedSets(facts: TargetFacts, { needs, wish }: Options): Checked {
  const crossing = needs.collations.filter(name => !isOfSameSet(name, mappedCollation(name, wish.collations)));
  if (crossing.length === 0) return NOTHING_WRONG;
  const shown = crossing.map(name => `${name} as ${mappedCollation(name, wish.collations)}`);
  return problem(
    `--collation would load collations as ones of another character set, which every server refuses: ${firstNames(shown)}`,
    `Name ones of the same character set instead: ${collationOptions(crossing, facts)}`,
  );
}

function checkCharacterSets({ characterSets }: TargetFacts, { needs }: Options): Checked {
  const missing = needs.character_sets.filter(name => !characterSets.has(name) && !ALIASES.has(name));
  if (missing.length === 0) return NOTHING_WRONG;
  return problem(
    `the server lacks a character set that the definitions need: ${firstNames(missing)}`,
    'Restore to a server that has it: no option changes in which characters texts are stored.',
  );
}

/** Other names of utf8mb3, and what only stands for a set. */
const ALIASES: ReadonlySet<string> = new Set(['utf8', 'utf8mb3', 'binary']);

function checkEngines({ engines, flavour }: TargetFacts, { needs, wish }: Options): Checked {
  const isRewritten = (name: string) => wish.isAcrossFlavours && flavour === 'mysql' && isWrittenAsInnoDb(name);
  const missing = needs.engines.filter(name => !engines.has(name.toLowerCase()) && !isRewritten(name));
  if (missing.length === 0) return NOTHING_WRONG;
  const message = `the server does not have the engine ${firstNames(missing)}: it would make those tables with its default engine, and say nothing`;
  if (wish.isAcrossFlavours) return warning(message);
  return problem(
    message,
    `Install it on the server first (INSTALL SONAME, INSTALL PLUGIN), or add --force: then they are tables of the default engine.`,
    { isForceable: true },
  );
}

function checkSqlModes({ flavour }: TargetFacts, { sql_modes: modes }: DefinitionNeeds): Checked {
  const unknown = unknownSqlModes(modes, flavour);
  if (unknown.length === 0) return NOTHING_WRONG;
  return warning(
    `the server does not have the SQL mode ${firstNames(unknown)}: it is left out of what is created with it`,
  );
}

const USUAL_PAGE = 16_384;

function checkRowFormats({ pageBytes, areCompressedReadOnly }: TargetFacts, { row_formats: formats }: DefinitionNeeds) {
  const isCompressed = formats.includes('compressed');
  return together([
    isCompressed && areCompressedReadOnly
      ? problem(
          'tables have ROW_FORMAT=COMPRESSED, and the server only reads such tables (innodb_read_only_compressed is ON)',
          "As the server's administrator: SET GLOBAL innodb_read_only_compressed = OFF;",
        )
      : NOTHING_WRONG,
    isCompressed && pageBytes > USUAL_PAGE
      ? warning(
          `tables have ROW_FORMAT=COMPRESSED, which a server with pages of ${formatBytes(pageBytes)} (innodb_page_size) makes DYNAMIC`,
        )
      : NOTHING_WRONG,
    pageBytes < USUAL_PAGE
      ? warning(
          `the pages of the server have ${formatBytes(pageBytes)} (innodb_page_size) instead of 16 KiB: a table with long rows or long keys may not load (errors 1118 and 1071)`,
        )
      : NOTHING_WRONG,
  ]);
}

/** A server without keys refuses each such table (MariaDB: error 1005 with 140, MySQL: 3185). */
function checkEncryption({ canEncrypt, flavour }: TargetFacts, { needs, wish }: Options): Checked {
  const tables = (needs.encrypted_tables ?? []).filter(name => !wish.tables || wish.tables.includes(name));
  if (tables.length === 0) return NOTHING_WRONG;
  const are = `${tables.length === 1 ? 'a table is' : `${count(tables.length, 'table')} are`} encrypted in the backup`;
  const names = firstNames(tables);
  if (wish.isWithoutEncryption)
    return warning(`${are}, and will not be on this server (--without-encryption): ${names}`);
  if (wish.isAcrossFlavours)
    return warning(`${are}, and may not be on this server, since another flavour writes that otherwise: ${names}`);
  if (canEncrypt === undefined)
    return warning(
      `${are}: ${names}. Whether the server has keys for that, this user can't see. If it has none, the restore stops at the first of them; then add --without-encryption`,
    );
  if (canEncrypt) return NOTHING_WRONG;
  return problem(
    `${are}, and the server has no keys to encrypt with: ${names}`,
    `${KEYS[flavour]} Or add --without-encryption: then the rows of these tables lie on its disk as they are.`,
  );
}

const KEYS = {
  mariadb: 'Give it keys first, such as with the plugin file_key_management.',
  mysql: 'Give it a keyring first, such as component_keyring_file.',
} as const;
