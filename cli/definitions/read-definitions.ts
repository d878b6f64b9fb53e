import { OBJECT_KINDS } from '../../protocol/manifest.ts';
import type { Answer, Session } from '../mysql/connect.ts';
import type { Definition, NoDefinition, ObjectNames } from './definition.ts';
import type { MakeNeutral } from './neutral-text.ts';
import { definitionIn, questionFor } from './read-definition.ts';

export interface ReadOptions {
  /** The session's database. */
  readonly database: string;
  readonly ignoresCase: boolean;
  readonly names: ObjectNames;
  readonly neutral: MakeNeutral;
  /** Whether many are asked for at once: only on a server of our own, see `runAll` of a session. */
  readonly manyAtOnce?: boolean;
}

export type Read = Definition | { readonly kind: Definition['kind']; readonly name: string; readonly no: NoDefinition };

/** So few that their answers take little memory. */
const AT_ONCE = 50;

/**
 * Asks a server for all objects of the given names, one after the other; holds none of them. The session must have been through
 * `unifyAnswers`.
 * @throws the server's error
 */
export async function* readDefinitions(session: Session, options: ReadOptions): AsyncGenerator<Read> {
  const { names, neutral, manyAtOnce = false } = options;
  const orders = names.triggers?.length ? await askTriggerOrder(session, options) : new Map<string, string>();
  const all = OBJECT_KINDS.flatMap(kind => (names[kind] ?? []).map(name => ({ kind, name })));
  for (const objects of inGroups(all, manyAtOnce ? AT_ONCE : 1)) {
    const answers = await askAll(session, objects.map(questionFor));
    for (const [index, { kind, name }] of objects.entries()) {
      const found = definitionIn(answers[index]!, { kind, name }, neutral);
      if (typeof found === 'string') yield { kind, name, no: found };
      else if (kind !== 'triggers') yield found;
      else yield { ...found, facts: { ...found.facts, order: orders.get(name) ?? '' } };
    }
  }
}

function askAll(session: Session, questions: readonly string[]): Promise<Answer[]> {
  return session.runAll(questions.map(question => Buffer.from(question)));
}

function* inGroups<T>(all: readonly T[], size: number): Generator<readonly T[]> {
  for (let from = 0; from < all.length; from += size) yield all.slice(from, from + size);
}

/**
 * SHOW CREATE TRIGGER does not tell in which order the triggers of a table run. A trigger is in the database of its table: by
 * `trigger_schema`, MariaDB opens the tables of all databases.
 */
async function askTriggerOrder(session: Session, { database, ignoresCase }: ReadOptions): Promise<Map<string, string>> {
  const rows = await session.ask(
    `select event_object_schema, trigger_name, event_object_table, action_timing, event_manipulation from information_schema.triggers
     where event_object_schema = ? order by event_object_table, action_timing, event_manipulation, action_order`,
    [database],
  );
  const counts = new Map<string, number>();
  const orders = new Map<string, string>();
  for (const [schema, name, ...when] of rows) {
    if (!ignoresCase && schema !== database) continue;
    const [table, timing, event] = when;
    const place = (counts.get(JSON.stringify(when)) ?? 0) + 1;
    counts.set(JSON.stringify(when), place);
    orders.set(String(name), `number ${place} ${timing} ${event} on ${table}`);
  }
  return orders;
}
