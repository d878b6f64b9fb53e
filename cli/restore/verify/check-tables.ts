import { OddAnswer } from '../../mysql/answer-shape.ts';
import type { Session } from '../../mysql/connect.ts';
import { quotedName } from '../../mysql/quoted-name.ts';
import type { FoundTable } from '../target/database-objects.ts';

/** A table that is not sound, and why. */
export interface Damage<T> {
  readonly table: T;
  /** What the server said. */
  readonly message: string;
}

/** Asks the server to check tables. @returns those that are not sound; an engine that can't check its tables says nothing */
export async function damageIn<T extends FoundTable>(
  session: Session,
  database: string,
  tables: readonly T[],
): Promise<Damage<T>[]> {
  const names = tables.map(({ name }) => quotedName(database, name));
  const answer = await session.ask(`check table ${names.join(', ')} quick`);
  const bad = answer.filter(([, , type, text]) => !FINE.test(`${type}: ${text}`));
  const byTable = Map.groupBy(bad, ([table]) => String(table).toLowerCase());
  const asked = new Set(tables.map(({ name }) => `${database}.${name}`.toLowerCase()));
  const stray = bad.find(([table]) => !asked.has(String(table).toLowerCase()));
  if (stray) throw new OddAnswer(`a check of other tables answered for ${stray[0]}: ${stray[3]}`);
  return tables.flatMap(table => {
    const messages = byTable.get(`${database}.${table.name}`.toLowerCase());
    return messages ? [{ table, message: messages.map(([, , , text]) => String(text)).join('; ') }] : [];
  });
}

const FINE = /^(?:status: (?:OK|Table is already up to date)$|note: |info: )/i;
