import { type Finding, finding } from '../../../protocol/finding.ts';
import { firstNames } from '../../../protocol/first-names.ts';
import type { LeftOut } from '../../config/partial-dumps.ts';
import type { TableOfEngine } from './source-tables.ts';

/**
 * The engines whose rows mysqldump never dumps; MariaDB's program calls that --no-data-med. The rows of
 * some of them lie in other tables of the server, which are dumped by themselves.
 */
const ROWS_ELSEWHERE: Readonly<Record<string, 'in files or on other servers' | 'in other tables'>> = {
  MRG_MYISAM: 'in other tables',
  MRG_ISAM: 'in other tables',
  OQGRAPH: 'in other tables',
  FEDERATED: 'in files or on other servers',
  CONNECT: 'in files or on other servers',
  SPIDER: 'in files or on other servers',
  VP: 'in files or on other servers',
};

/** @returns whether mysqldump dumps only what such a table is */
export function areRowsElsewhere(engine: unknown): boolean {
  return String(engine).toUpperCase() in ROWS_ELSEWHERE;
}

/** @returns the findings about such tables, unless their rows are left out on purpose */
export function rowsElsewhereFindings(tables: readonly TableOfEngine[], asWanted: LeftOut): Finding[] {
  const namesOf = (where: string) =>
    tables
      .filter(({ table, engine }) => ROWS_ELSEWHERE[engine.toUpperCase()] === where && !asWanted.leavesOutRows(table))
      .map(({ table, engine }) => `${table} (${engine})`);
  const [linked, outside] = [namesOf('in other tables'), namesOf('in files or on other servers')];
  return [
    ...(linked.length === 0
      ? []
      : [
          finding(
            'DEFINITION_ONLY',
            `only the definition of these tables is dumped: their rows lie in other tables: ${firstNames(linked)}`,
            'Back up what they read from, too: the tables of the UNION of a MERGE table, the data_table of OQGRAPH.',
          ),
        ]),
    ...(outside.length === 0
      ? []
      : [
          finding(
            'ROWS_NOT_DUMPED',
            `the rows of these tables are not in the backup: they lie in files or on other servers, and mysqldump leaves them there: ${firstNames(outside)}`,
            'Back up what they read from in another way, and say with dump_options ["--ignore-table-data=DATABASE.TABLE"] (MySQL: "--ignore-table=…") that the rows are not wanted here. Or copy them: CREATE TABLE … ENGINE=InnoDB AS SELECT * FROM ….',
          ),
        ]),
  ];
}
