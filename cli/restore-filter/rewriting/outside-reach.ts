import type { ServerToken } from '../../dump-parser/server-reading/server-reading.ts';
import type { ChangeList } from './change-list.ts';
import type { TargetReading } from './target-reading.ts';

/** Engines whose tables are files or tables elsewhere. */
const ENGINES = new Set(['CONNECT', 'FEDERATED', 'FEDERATEDX', 'SPIDER', 'S3', 'MROONGA', 'OQGRAPH', 'SPHINX']);

/** mysqldump leaves out the rows of tables of these (`check_if_ignore_table` of its mysqldump.cc). */
const WITHOUT_ROWS = new Set(['CONNECT', 'FEDERATED', 'FEDERATEDX', 'SPIDER', 'OQGRAPH', 'MRG_MYISAM', 'MERGE']);

/** @returns whether the rows of a table that is created go elsewhere, by its engine */
export function isElsewhere(tokens: readonly ServerToken[]): boolean {
  return tokens.some((token, i) => {
    if (upper(token) !== 'ENGINE') return false;
    const engine = tokens[i + 1]?.text === '=' ? tokens[i + 2] : tokens[i + 1];
    // mysqldump writes it as a word; what a string says is not known here.
    return engine?.kind === 'string' || WITHOUT_ROWS.has(engine?.text.toUpperCase() ?? '');
  });
}

/** Reports a table whose rows are, or may be, somewhere else than in the database: a dump can have such a one rightly. */
export function reportOutsideReach({ statement, tokens }: TargetReading, changes: ChangeList): void {
  if (statement.kind !== 'create' || statement.object?.kind !== 'tables') return;
  for (const [i, token] of tokens.entries()) {
    const word = upper(token);
    const value = tokens[i + 1]?.text === '=' ? tokens[i + 2] : undefined;
    if (word === 'ENGINE' && value !== undefined && ENGINES.has(value.text.toUpperCase()))
      changes.add('reported', `has its rows outside of the database, by the engine ${value.text}`, statement.object);
  }
}

function upper(token: ServerToken | undefined): string {
  return token?.kind === 'word' ? token.text.toUpperCase() : '';
}
