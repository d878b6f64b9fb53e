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
    const isUnderstood = splitAtCommas(tokens).every(part =>
      assign(part, { text, changed, saved, before: this.#saved }),
    );
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

/** `NAMES x`, `@saved = @@variable`, `variable = @saved` or `variable = value`. @returns whether it is one of these */
function assign(part: readonly ServerToken[], assigning: Assigning): boolean {
  if (wordOf(part[0]) === 'NAMES') return part.length === 2 && setNames(valueIn(part[1]!, assigning), assigning);
  const at = part.findIndex(({ kind, text }) => kind === 'sign' && text === '=');
  if (at < 1) return false;
  const left = part.slice(0, part[at - 1]!.text === ':' ? at - 1 : at);
  const right = part.slice(at + 1);
  const saved = userVariableIn(left);
  if (saved !== undefined) return save(saved, variableIn(right), assigning);
  const variable = variableIn(left);
  if (variable === undefined || IGNORED.has(variable)) return variable !== undefined;
  const source = userVariableIn(right);
  if (source !== undefined) return restore(variable, source, assigning);
  if (right.length === 1) assigning.changed.set(variable, `${variable} = ${valueIn(right[0]!, assigning)}`);
  return right.length === 1;
}

function setNames(value: string, { changed }: Assigning): boolean {
  for (const name of ['CHARACTER_SET_CLIENT', 'CHARACTER_SET_RESULTS']) changed.set(name, `${name} = ${value}`);
  changed.set('COLLATION_CONNECTION', `CHARACTER_SET_CONNECTION = ${value}`);
  return true;
}

function save(name: string, variable: string | undefined, { changed, saved }: Assigning): boolean {
  if (variable !== undefined) saved.set(name, changed.get(variable));
  return variable !== undefined;
}

function restore(variable: string, name: string, { changed, saved, before }: Assigning): boolean {
  const value = saved.has(name) ? saved.get(name) : before.get(name);
  if (value === undefined) changed.delete(variable);
  else changed.set(variable, value);
  return saved.has(name) || before.has(name);
}

function valueIn({ at, end }: ServerToken, { text }: Assigning): string {
  return text.slice(at, end);
}

/** `@x`. */
function userVariableIn(tokens: readonly ServerToken[]): string | undefined {
  return tokens.length === 2 && tokens[0]!.text === '@' ? wordOf(tokens[1]) || undefined : undefined;
}

/** `x`, `SESSION x`, `@@x` or `@@SESSION.x`. */
function variableIn(tokens: readonly ServerToken[]): string | undefined {
  const rest = tokens.filter(({ kind, text }) => !(kind === 'sign' && (text === '@' || text === '.')));
  const [first, second] = rest.map(wordOf);
  if (rest.length === 1) return first || undefined;
  return rest.length === 2 && SCOPES.has(first!) ? second || undefined : undefined;
}

/** @returns a word in capitals; '' for anything else, such as a number */
function wordOf(token: ServerToken | undefined): string {
  return token?.kind === 'word' && !/^\d/.test(token.text) ? token.text.toUpperCase() : '';
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
