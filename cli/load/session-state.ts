import { type ReadingRules, readAsServer, type ServerToken } from '../dump-parser/server-reading/server-reading.ts';
import type { StatementPlace } from './load-error.ts';
import type { TargetConnection } from './target-connections.ts';

/** What a dump has set in its session: for each variable, in capitals, the assignment; what is left out is as it was at first. */
export type SessionState = ReadonlyMap<string, string>;

/** Rows that wait for a COMMIT would be lost, or would keep other connections from the table. */
const IGNORED = new Set(['AUTOCOMMIT']);

const SCOPES = new Set(['SESSION', 'LOCAL']);

/**
 * Follows the SET statements of a dump without sending them, so that each of several connections can be brought to the state
 * that a statement is meant for.
 */
export class DumpSession {
  #state: SessionState = new Map();
  readonly #saved = new Map<string, string | undefined>();

  /** What holds behind the last SET statement; the same object as long as nothing has changed. */
  get state(): SessionState {
    return this.#state;
  }

  /** @returns whether it was understood; otherwise nothing has changed */
  follow(statement: Uint8Array, rules: ReadingRules): boolean {
    const text = Buffer.from(statement).toString('latin1');
    const [set, ...tokens] = readAsServer(text, rules).tokens;
    if (set === undefined) return true; // a comment for other servers
    const changed = new Map(this.#state);
    const saved = new Map<string, string | undefined>();
    const isUnderstood = splitAtCommas(tokens).every(part => assign(part, { text, changed, saved, before: this.#saved }));
    if (!isUnderstood) return false;
    for (const [name, value] of saved) this.#saved.set(name, value);
    if (!isSame(changed, this.#state)) this.#state = changed;
    return true;
  }
}

interface Assigning {
  readonly text: string;
  readonly changed: Map<string, string>;
  readonly saved: Map<string, string | undefined>;
  readonly before: ReadonlyMap<string, string | undefined>;
}

/** `NAMES x`, `@saved = @@variable`, `variable = @saved` or `variable = value`. */
function assign(part: readonly ServerToken[], { text, changed, saved, before }: Assigning): boolean {
  const [first, second] = part;
  if (wordOf(first) === 'NAMES' && part.length === 2) {
    const value = text.slice(second!.at, second!.end);
    for (const name of ['CHARACTER_SET_CLIENT', 'CHARACTER_SET_RESULTS']) changed.set(name, `${name} = ${value}`);
    changed.set('COLLATION_CONNECTION', `CHARACTER_SET_CONNECTION = ${value}`);
    return true;
  }
  const at = part.findIndex(({ kind, text }) => kind === 'sign' && text === '=');
  if (at < 1) return false;
  const left = part.slice(0, part[at - 1]!.text === ':' ? at - 1 : at);
  const right = part.slice(at + 1);
  if (left.length === 2 && left[0]!.text === '@') {
    const variable = variableIn(right);
    if (variable === undefined) return false;
    saved.set(wordOf(left[1]), changed.get(variable));
    return true;
  }
  const variable = variableIn(left);
  if (variable === undefined || right.length === 0) return false;
  if (IGNORED.has(variable)) return true;
  if (right.length === 2 && right[0]!.text === '@') {
    const name = wordOf(right[1]);
    const value = saved.has(name) ? saved.get(name) : before.get(name);
    if (value === undefined) changed.delete(variable);
    else changed.set(variable, value);
    return saved.has(name) || before.has(name);
  }
  if (right.length !== 1) return false;
  changed.set(variable, `${variable} = ${text.slice(right[0]!.at, right[0]!.end)}`);
  return true;
}

/** `x`, `SESSION x`, `@@x` or `@@SESSION.x`. */
function variableIn(tokens: readonly ServerToken[]): string | undefined {
  const rest = tokens.filter(({ kind, text }) => !(kind === 'sign' && (text === '@' || text === '.')));
  const [first, second] = rest.map(wordOf);
  if (rest.length === 1) return first || undefined;
  return rest.length === 2 && SCOPES.has(first!) ? second || undefined : undefined;
}

function wordOf(token: ServerToken | undefined): string {
  return token?.kind === 'word' ? token.text.toUpperCase() : '';
}

function splitAtCommas(tokens: readonly ServerToken[]): ServerToken[][] {
  const parts: ServerToken[][] = [[]];
  for (const token of tokens)
    if (token.kind === 'sign' && token.text === ',' && token.depth === 0) parts.push([]);
    else parts.at(-1)!.push(token);
  return parts;
}

function isSame(one: SessionState, other: SessionState): boolean {
  return one.size === other.size && one.entries().every(([name, value]) => other.get(name) === value);
}

/** A connection that knows what is set in its session. */
export class StatefulConnection {
  readonly #connection: TargetConnection;
  readonly #kept = new Set<string>();
  #state: SessionState = new Map();

  constructor(connection: TargetConnection) {
    this.#connection = connection;
  }

  /** Runs a statement in the state that it is meant for; see `TargetConnection.run`. */
  async run(statement: Uint8Array, place: StatementPlace, state: SessionState): Promise<void> {
    if (state !== this.#state) await this.#change(state, place);
    await this.#connection.run(statement, place);
  }

  async #change(state: SessionState, place: StatementPlace): Promise<void> {
    const assignments: string[] = [];
    for (const name of new Set([...this.#state.keys(), ...state.keys()])) {
      const wanted = state.get(name);
      if (wanted === this.#state.get(name)) continue;
      if (!this.#kept.has(name)) assignments.push(`@lumbung_first_${name} = @@${name}`);
      this.#kept.add(name);
      assignments.push(wanted ?? `${name} = @lumbung_first_${name}`);
    }
    this.#state = state;
    if (assignments.length > 0)
      await this.#connection.run(Buffer.from(`SET ${assignments.join(', ')}`, 'latin1'), {
        ...place,
        beginning: `the dump's settings: ${assignments.join(', ')}`.slice(0, 200),
      });
  }
}
