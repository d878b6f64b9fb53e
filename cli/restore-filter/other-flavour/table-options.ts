import type { ServerToken } from '../../dump-parser/server-reading/server-reading.ts';
import type { ChangeList } from '../rewriting/change-list.ts';
import type { Edit } from '../rewriting/edits.ts';
import type { TargetReading } from '../rewriting/target-reading.ts';
import { upper } from './table-items.ts';

/** @returns which options behind the columns of a CREATE TABLE of MariaDB are left out for MySQL, or written otherwise */
export function optionEdits({ tokens, statement, code }: TargetReading, changes: ChangeList): Edit[] {
  const edits: Edit[] = [];
  const close = tokens.findIndex(({ kind, text, depth }) => kind === 'sign' && text === ')' && depth === 0);
  for (let at = close + 1; at < tokens.length && close >= 0; at++) {
    const [token, sign, value] = tokens.slice(at, at + 3);
    if (sign?.text !== '=' || value === undefined) continue;
    const option = { at: token!.at, end: value.end };
    if (isUnknown(token!) || (upper(token) === 'ROW_FORMAT' && upper(value) === 'PAGE')) {
      edits.push({ ...option, bytes: new Uint8Array() });
      changes.add(
        'changed',
        `${code.slice(option.at, option.end)} left out, which MySQL does not have`,
        statement.object,
      );
    } else if (upper(token) === 'ENGINE' && isWrittenAsInnoDb(value.text)) {
      edits.push({ ...option, bytes: Buffer.from('ENGINE=InnoDB') });
      changes.add('changed', `engine ${value.text} written as InnoDB`, statement.object);
    }
  }
  return edits;
}

/** @returns whether tables of an engine of MariaDB are made with InnoDB in MySQL, which is listed */
export function isWrittenAsInnoDb(engine: string): boolean {
  return UNKNOWN_ENGINES.has(engine.toUpperCase());
}

/** Those of engines are in backticks: `page_compressed`='1'. */
function isUnknown(token: ServerToken): boolean {
  return token.kind === 'name' || UNKNOWN_OPTIONS.has(upper(token));
}

const UNKNOWN_OPTIONS = new Set(['PAGE_CHECKSUM', 'TRANSACTIONAL', 'IETF_QUOTES', 'SEQUENCE']);

/** To MySQL they are no error: without a word it takes its default engine. */
const UNKNOWN_ENGINES = new Set(['ARIA', 'MROONGA', 'ROCKSDB', 'COLUMNSTORE', 'S3', 'OQGRAPH', 'SPHINX']);
