import { firstNames } from '../../../protocol/first-names.ts';
import type { Manifest } from '../../../protocol/manifest.ts';
import type { Session } from '../../mysql/connect.ts';
import { quotedName } from '../../mysql/quoted-name.ts';
import { rowsOf } from '../../preflight/source/information-schema.ts';
import type { RestoreTarget } from '../target/restore-target.ts';
import type { RestoreWish } from '../target/restore-wish.ts';
import type { DatabaseState } from './database-check.ts';
import { type Checked, NOTHING_WRONG, problem, together } from './problem.ts';

interface Options {
  readonly manifest: Manifest | undefined;
  readonly target: RestoreTarget;
  readonly wish: RestoreWish;
  readonly ignoresCase: boolean;
}

/** Rows alone go only into tables that are there, are empty, and have no trigger that would change them. */
export async function checkDataOnly(session: Session, state: DatabaseState, options: Options): Promise<Checked> {
  const { manifest, target, wish } = options;
  if (wish.parts !== 'data') return NOTHING_WRONG;
  const { database } = target;
  const wanted = wish.tables ?? manifest?.inventory.tables.map(({ name }) => name) ?? [];
  const folded = (name: string) => (options.ignoresCase ? name.toLowerCase() : name);
  const there = new Set(state.relations.map(folded));
  const missing = wanted.filter(name => !there.has(folded(name)));
  if (missing.length > 0)
    return problem(
      `${database} does not have ${firstNames(missing)}, and --data-only makes no tables`,
      'First restore the definitions with --schema-only, or restore both without either option.',
    );
  return together([await checkEmpty(session, database, wanted), await checkTriggers(session, options, wanted)]);
}

async function checkEmpty(session: Session, database: string, tables: readonly string[]): Promise<Checked> {
  const filled: string[] = [];
  for (const table of tables)
    if ((await session.ask(`select 1 from ${quotedName(database, table)} limit 1`)).length > 0) filled.push(table);
  if (filled.length === 0) return NOTHING_WRONG;
  return problem(
    `${firstNames(filled)} in ${database} has rows already`,
    'sade adds no rows to tables that have some: empty these tables yourself, or restore into another database with --into.',
  );
}

async function checkTriggers(
  session: Session,
  { target, ignoresCase }: Options,
  tables: readonly string[],
): Promise<Checked> {
  const triggers = await rowsOf(session, { database: target.database, ignoresCase }, INSERT_TRIGGERS);
  const ours = triggers.filter(([, table]) => tables.includes(String(table))).map(([name]) => String(name));
  if (ours.length === 0) return NOTHING_WRONG;
  return problem(
    `the tables have triggers that run with each row and may change it: ${firstNames(ours)}`,
    'Drop these triggers and make them again afterwards; or add --force if they change nothing.',
    { isForceable: true },
  );
}

const INSERT_TRIGGERS = [
  'event_object_schema',
  'trigger_name, event_object_table',
  'triggers',
  "event_manipulation = 'INSERT'",
] as const;
