import { firstNames } from '../../../protocol/first-names.ts';
import type { DefinitionNeeds } from '../../../protocol/manifest.ts';
import type { Session } from '../../mysql/connect.ts';
import { rowsOf } from '../../preflight/source/information-schema.ts';
import { namesToType, type RestoreCall } from '../by-hand/restore-call.ts';
import { grantRightsOn } from '../target/restore-rights.ts';
import type { RestoreWish } from '../target/restore-wish.ts';
import type { TargetFacts } from '../target/target-facts.ts';
import { type Checked, NOTHING_WRONG, problem, together, warning } from './problem.ts';

type ForeignKey = NonNullable<DefinitionNeeds['foreign_keys']>[number];

interface Options {
  readonly needs: DefinitionNeeds;
  readonly wish: RestoreWish;
  readonly call: RestoreCall;
  /** That was dumped. */
  readonly source: string | undefined;
  /** That is filled. */
  readonly database: string;
  /** Tables and views that are in it now. */
  readonly relations: readonly string[];
}

/** So many databases are asked for. */
const MOST_ASKED = 20;

/** Looks where foreign keys point to what is not restored with them. They are made anyway, and the tables have their rows. */
export async function checkForeignKeys(session: Session, facts: TargetFacts, options: Options): Promise<Checked> {
  const { needs, wish, source, database } = options;
  if (wish.parts === 'data') return NOTHING_WRONG;
  const folded = (name: string) => (facts.ignoresCase ? name.toLowerCase() : name);
  const isOwn = (name: string | null) =>
    name === null || [source, database].some(own => own && folded(own) === folded(name));
  const keys = needs.foreign_keys ?? [];
  const chosen = keys.filter(({ table }) => !wish.tables || wish.tables.includes(table));
  const elsewhere = Map.groupBy(
    chosen.filter(key => !isOwn(key.database)),
    key => key.database!,
  );
  const others = [...elsewhere].slice(0, MOST_ASKED);
  return together([
    ...(await Promise.all(others.map(([other, theirs]) => checkElsewhere(session, facts, other, theirs)))),
    checkParents(
      keys.filter(key => isOwn(key.database)),
      options,
      folded,
    ),
  ]);
}

async function checkElsewhere(
  session: Session,
  facts: TargetFacts,
  database: string,
  keys: readonly ForeignKey[],
): Promise<Checked> {
  const { ignoresCase, rights } = facts;
  const tables = firstNames([...new Set(keys.map(({ table }) => table))]);
  const parents = [...new Set(keys.map(({ parent }) => parent))];
  const there = await rowsOf(session, { database, ignoresCase }, TABLES);
  const folded = (name: unknown) => (ignoresCase ? String(name).toLowerCase() : String(name));
  const names = new Set(there.map(([name]) => folded(name)));
  const absent = parents.filter(name => !names.has(folded(name)));
  const denied = parents.filter(name => !rights.onTable('REFERENCES', database, name));
  const what = `foreign keys of ${tables} point to the database ${database}`;
  return together([
    warning(
      absent.length === 0
        ? `${what}: from now on to its tables on this server`
        : `${what}, in which this user sees no ${firstNames(absent)} here: they are kept, and these tables take new rows only once that is there`,
    ),
    denied.length === 0
      ? NOTHING_WRONG
      : problem(
          `${facts.account} lacks REFERENCES on ${firstNames(denied)} of ${database}, to which foreign keys of ${tables} point (error 1142)`,
          grantRightsOn(facts, ['REFERENCES'], database),
          { isForceable: true },
        ),
  ]);
}

const TABLES = ['table_schema', 'table_name', 'tables'] as const;

/** With some tables only, their parents may be neither in the database nor among them. */
function checkParents(
  keys: readonly ForeignKey[],
  { wish, call, database, relations }: Options,
  folded: (name: string) => string,
): Checked {
  if (!wish.tables) return NOTHING_WRONG;
  const there = new Set([...relations, ...wish.tables].map(folded));
  const missing = (tables: ReadonlySet<string>) =>
    keys.filter(({ table, parent }) => tables.has(table) && !there.has(folded(parent)));
  const first = missing(new Set(wish.tables));
  if (first.length === 0) return NOTHING_WRONG;
  const all = new Set(wish.tables);
  for (const table of all) for (const { parent } of missing(new Set([table]))) all.add(parent);
  const pairs = [...new Set(first.map(({ table, parent }) => `${table} to ${parent}`))];
  return warning(
    `${database} does not have what foreign keys point to (${firstNames(pairs)}): these tables take new rows only once that is there. To restore it with them: ${call.again({ tables: namesToType([...all]) })}`,
  );
}
