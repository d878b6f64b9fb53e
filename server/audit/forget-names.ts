import { isText } from '../history/conditions.ts';
import { changeRows } from '../history/insert-rows.ts';
import type { EntityManager } from '../history/orm.ts';
import { auditExpressions, query } from '../history/tables.ts';

/** The table of the trail, which no one else changes. */
export const AUDIT_TABLE = 'audit_entries';

/**
 * Takes the name of a database that was erased out of the entries about it. This is the only change that is ever made to the trail: who did
 * what, when and with which result stays.
 * @param pseudonym takes the place of the name
 */
export async function forgetName({ em }: { em: EntityManager }, name: string, pseudonym: string): Promise<void> {
  const inJson = JSON.stringify(name).slice(1, -1);
  const detail = eb.fn<string>('replace', ['e.detail', eb.val(inJson), eb.val(pseudonym)]);
  await changeRows(
    em,
    query
      .updateTable(`${AUDIT_TABLE} as e`)
      .set({ database_name: pseudonym, detail })
      .where(isText(eb.ref('e.database_name').$notNull(), name)),
  );
}

const eb = auditExpressions();
