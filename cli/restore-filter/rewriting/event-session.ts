/** Follows what a dump sets in its session and what becomes part of an event, so that the event can be created later. */
export class EventSession {
  readonly #current = new Map<string, string>();
  readonly #saved = new Map<string, string | undefined>();

  /** @param code of a SET statement, in a comment or not */
  follow(code: string): void {
    const names = /\bSET\s+NAMES\s+'?(\w+)/i.exec(code)?.[1];
    if (names !== undefined) this.#current.set('character_set_client', names).delete('collation_connection');
    for (const [, saved, source, variable, value] of code.matchAll(ASSIGNMENT)) {
      if (saved !== undefined) this.#saved.set(saved.toLowerCase(), this.#current.get(source!.toLowerCase()));
      else this.#set(variable!.toLowerCase(), value!);
    }
  }

  /** @returns the statement that sets all of it again, in the words of the dump */
  statement(): string {
    const assignments = [...this.#current].map(([variable, value]) => `${variable}=${value}`);
    return assignments.length === 0 ? '' : `SET ${assignments.join(', ')}`;
  }

  #set(variable: string, value: string): void {
    const known = value.startsWith('@') ? this.#saved.get(value.slice(1).toLowerCase()) : value;
    if (known === undefined) this.#current.delete(variable);
    else this.#current.set(variable, known);
  }
}

const VARIABLE = '(sql_mode|character_set_client|collation_connection|time_zone)';
const ASSIGNMENT = new RegExp(
  String.raw`@(\w+)\s*:?=\s*@@(?:session\.)?${VARIABLE}\b|(?<![\w@.])(?:@@)?(?:session[.\s]\s*)?${VARIABLE}\s*=\s*('[^']*'|\w+|@\w+)`,
  'gi',
);
