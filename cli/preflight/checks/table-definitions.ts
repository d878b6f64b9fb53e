import { escapeId } from 'mysql2';
import { type Finding, finding } from '../../../protocol/finding.ts';
import { firstNames } from '../../../protocol/first-names.ts';
import type { Session } from '../../mysql/connect.ts';
import { isServersAnswer } from '../../mysql/servers-answer.ts';

/** What in the definition of a table is of the server that it is on. */
export interface DefinitionFacts {
  /** Such as `photo (/mnt/big)`. */
  readonly folders: readonly string[];
  /** Such as `photo (ts1)`. */
  readonly tablespaces: readonly string[];
  readonly oldPartitions: readonly OldPartitions[];
}

/** A table that MariaDB gives more history partitions than a table may have, when it is loaded. */
export interface OldPartitions {
  readonly table: string;
  /** Since when it has partitions, as it is written: `2025-01-01 00:00:00`. */
  readonly starts: string;
}

/**
 * Reads the definitions as mysqldump will write them.
 * @param tables those to check: information_schema does not show the folder of a partition, and MySQL does not show any
 */
export async function askDefinitions(
  session: Session,
  database: string,
  tables: readonly string[],
): Promise<DefinitionFacts> {
  const folders: string[] = [];
  const tablespaces: string[] = [];
  const oldPartitions: OldPartitions[] = [];
  for (const table of tables) {
    const options = behindColumns(await definition(session, database, table));
    const outside = new Set(
      [...options.matchAll(/ DIRECTORY ?= ?'((?:[^'\\]|''|\\.)*)'/g)].map(([, folder]) => folder),
    );
    if (outside.size > 0) folders.push(`${table} (${[...outside].join(', ')})`);
    const spaces = [...options.matchAll(/ TABLESPACE ?=? ?`((?:[^`]|``)*)`/g)].map(([, name]) => name!);
    const own = spaces.filter(name => !/^(?:innodb_file_per_table|innodb_system|mysql)$/.test(name));
    if (own.length > 0) tablespaces.push(`${table} (${[...new Set(own)].join(', ')})`);
    const starts = await tooOldStart(session, options);
    if (starts !== undefined) oldPartitions.push({ table, starts });
  }
  return { folders, tablespaces, oldPartitions };
}

/** @returns the findings about them */
export function definitionFindings({ folders, tablespaces, oldPartitions }: DefinitionFacts): Finding[] {
  return [
    ...(folders.length === 0
      ? []
      : [
          finding(
            'RESTORE_PREREQUISITE',
            `these tables load only on a server that may create files in their folders, where no such files exist yet: ${firstNames(folders)}`,
            'sade restore leaves the folders out. By hand: make the folders on the server that loads it and let its user write there (MySQL: name them in innodb_directories), or take DATA DIRECTORY and INDEX DIRECTORY out of the dump; docs/how-to/fix-a-dump-that-does-not-load.md shows how.',
          ),
        ]),
    ...(tablespaces.length === 0
      ? []
      : [
          finding(
            'RESTORE_PREREQUISITE',
            `these tables load only where their tablespaces are: ${firstNames(tablespaces)}`,
            "sade restore gives each table a file of its own. By hand, before you load: CREATE TABLESPACE … ADD DATAFILE '….ibd'; on the server that loads it.",
          ),
        ]),
    ...(oldPartitions.length === 0
      ? []
      : [
          finding(
            'RESTORE_PREREQUISITE',
            `these tables would get more than ${MAX_PARTITIONS} history partitions when they are loaded, today or in a month (error 4189): ${firstNames(oldPartitions.map(({ table }) => table))}`,
            `Give the client that loads the dump the time of their first partition: --init-command="SET timestamp = UNIX_TIMESTAMP('${oldPartitions.map(({ starts }) => starts).sort()[0]}') + 86400". To avoid it: ALTER TABLE … PARTITION BY SYSTEM_TIME INTERVAL … AUTO; which starts again.`,
          ),
        ]),
  ];
}

async function definition(session: Session, database: string, table: string): Promise<string> {
  try {
    const [shown] = await session.ask(`show create table ${escapeId(database, true)}.${escapeId(table, true)}`);
    return String(shown?.[1]);
  } catch (error) {
    // Without a state it is no answer of the server: the connection has gone. What is wrong with the table mysqldump will say.
    if (!isServersAnswer(error)) throw error;
    return '';
  }
}

/** Comments of columns may hold anything; those of the table and of its partitions come in quotes. */
function behindColumns(text: string): string {
  return text.slice(text.lastIndexOf('\n) ') + 1).replace(/ COMMENT ?= ?'(?:[^'\\]|''|\\.)*'/g, '');
}

/** The server's limit (MariaDB and MySQL: MAX_PARTITIONS). */
const MAX_PARTITIONS = 8192;

/** How many partitions such a table would get in a month from now, if it were loaded then, is a question to the server. */
async function tooOldStart(session: Session, options: string): Promise<string | undefined> {
  const parts =
    /PARTITION BY SYSTEM_TIME INTERVAL (\d+|'[\d :.-]+') ([A-Z_]+) STARTS TIMESTAMP ?'([\d :.-]+)' AUTO/.exec(
      options,
    ) ?? [];
  const [, amount, unit, starts] = parts;
  if (starts === undefined) return undefined;
  const [row] = await session.ask(
    `select timestampdiff(second, '${starts}', now() + interval 31 day) / timestampdiff(second, '${starts}', '${starts}' + interval ${amount} ${unit})`,
  );
  return Number(row?.[0]) > MAX_PARTITIONS - 2 ? starts : undefined;
}
