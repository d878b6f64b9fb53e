import type { ServerToken } from '../../dump-parser/server-reading/server-reading.ts';
import type { ChangeList } from './change-list.ts';
import type { TargetReading } from './target-reading.ts';

/** Engines whose tables are files or tables elsewhere. */
const ENGINES = new Set(['CONNECT', 'FEDERATED', 'FEDERATEDX', 'SPIDER', 'S3', 'MROONGA', 'OQGRAPH', 'SPHINX']);

/** Reports a table whose rows are, or may be, somewhere else than in the database: a dump can have such a one rightly. */
export function reportOutsideReach({ statement, tokens }: TargetReading, changes: ChangeList): void {
  if (statement.kind !== 'create' || statement.object?.kind !== 'tables') return;
  for (const [i, token] of tokens.entries()) {
    const word = upper(token);
    const value = tokens[i + 1]?.text === '=' ? tokens[i + 2] : undefined;
    if (word === 'ENGINE' && value !== undefined && ENGINES.has(value.text.toUpperCase()))
      changes.add('reported', `has its rows outside of the database, by the engine ${value.text}`, statement.object);
    if (word === 'DIRECTORY' && /^(?:DATA|INDEX)$/.test(upper(tokens[i - 1])) && value?.kind === 'string')
      changes.add('reported', 'has its files in a folder of its own (DATA DIRECTORY)', statement.object);
  }
}

function upper(token: ServerToken | undefined): string {
  return token?.kind === 'word' ? token.text.toUpperCase() : '';
}
