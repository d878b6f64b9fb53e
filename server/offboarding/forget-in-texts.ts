import type { EntityManager } from '../history/orm.ts';

/** The texts that may name several databases, and must stay for the others. */
const TEXTS: Readonly<Record<string, { columns: readonly string[]; where: string }>> = {
  alarms: { columns: ['summary', 'detail', 'group_key', 'muted_by'], where: 'true' },
  // One that waits: the rest must still be reported.
  outbox: { columns: ['notification', 'dedupe_key'], where: '`delivered_at` is null and `given_up_at` is null' },
};

/** What stands there in its place. */
const ERASED = '(erased)';

/** So many rows are read at a time. */
const PAGE = 100;

/** Takes the name of a database that was erased out of alarms and messages that are about others, too. */
export async function forgetInTexts(em: EntityManager, name: string): Promise<void> {
  const forms = new Set([name, JSON.stringify(name).slice(1, -1)]);
  for (const [table, { columns, where }] of Object.entries(TEXTS)) {
    const has = columns.flatMap(column => [...forms].map(() => `instr(\`${column}\`, ?) > 0`)).join(' or ');
    const sql = `select id, ${quoted(columns).join(', ')} from \`${table}\` where id > ? and ${where} and (${has}) order by id limit ${PAGE}`;
    for (let after = 0; ; ) {
      const page = await em.execute<Row[]>(sql, [after, ...columns.flatMap(() => [...forms])]);
      for (const row of page) await forgetInRow(em, { table, columns, row, forms });
      if (page.length < PAGE) break;
      after = Number(page.at(-1)!.id);
    }
  }
}

type Row = { readonly id: number } & Readonly<Record<string, unknown>>;

interface Found {
  readonly table: string;
  readonly columns: readonly string[];
  readonly row: Row;
  readonly forms: ReadonlySet<string>;
}

async function forgetInRow(em: EntityManager, { table, columns, row, forms }: Found): Promise<void> {
  const changed = columns.flatMap(column => {
    const text = row[column];
    const without = typeof text === 'string' ? [...forms].reduce(withoutName, text) : text;
    return without === text ? [] : [[column, without] as const];
  });
  if (changed.length === 0) return;
  const set = changed.map(([column]) => `\`${column}\` = ?`).join(', ');
  await em.execute(`update \`${table}\` set ${set} where id = ?`, [...changed.map(([, text]) => text), row.id]);
}

/** The name as a word of its own, or in the name of a zip: `acme` is not in `acme-shop`. */
function withoutName(text: string, name: string): string {
  const literal = name.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
  const word = String.raw`(?<![\p{L}\p{N}_-])${literal}(?![\p{L}\p{N}_-])`;
  const inFileName = String.raw`(?<=\d-)${literal}(?=-[0-9a-f]{8}-[0-9a-f]{4}-)`;
  return text.replace(new RegExp(`${word}|${inFileName}`, 'gu'), ERASED);
}

function quoted(columns: readonly string[]): string[] {
  return columns.map(column => `\`${column}\``);
}
