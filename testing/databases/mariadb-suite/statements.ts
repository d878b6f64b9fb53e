/** What mysqltest would do with one command of a test file. */
export type Command =
  | { readonly kind: 'sql'; readonly text: string }
  | { readonly kind: 'source'; readonly path: string };

/** mysqltest's own commands, which need nothing done here. */
const OWN_WORDS = new Set(
  `append_file assert cat_file change_user character_set chmod connect connection copy_file copy_files_wildcard dec die diff_files
  dirty_close disable_abort_on_error disable_connect_log disable_info disable_metadata disable_parsing disable_ps_protocol disable_query_log
  disable_result_log disable_warnings disconnect echo enable_abort_on_error enable_connect_log enable_info enable_metadata
  enable_parsing enable_ps_protocol enable_query_log enable_result_log enable_warnings error eval_result exec exec_in_background execw exit
  file_exists horizontal_results if inc let lowercase_result mkdir move_file ping query_horizontal query_sorted query_vertical real_sleep
  reap remove_file remove_files_wildcard replace_column replace_numeric_round replace_regex replace_result require reset_connection result_format rmdir
  save_master_pos send send_eval send_quit send_shutdown shutdown_server skip sleep sorted_result start_timer sync_slave_with_master
  sync_with_master system truncate_file vertical_results wait_for_slave_to_stop while list_files evalp
  disable_service_connection enable_service_connection disable_view_protocol enable_view_protocol disable_cursor_protocol
  enable_cursor_protocol disable_ps2_protocol enable_ps2_protocol disable_non_blocking_api enable_non_blocking_api`.split(
    /\s+/,
  ),
);

/** Written to files or run by perl until a line that is `EOF`. */
const BLOCK_WORDS = new Set(['perl', 'write_file', 'append_file', 'write_line']);

/**
 * Reads a file of MariaDB's test suite: its statements, in order, with simple variables put in. Conditions and loops are passed
 * through once, as if they were true.
 */
export function* commandsIn(text: string): Generator<Command> {
  const variables = new Map<string, string>();
  const reader = new Reader(text);
  for (let command = reader.next(); command !== undefined; command = reader.next()) {
    const word = /^\w+/.exec(command)?.[0]?.toLowerCase() ?? '';
    const rest = command.slice(word.length).trim();
    if (word === 'delimiter') reader.delimiter = rest || ';';
    else if (BLOCK_WORDS.has(word)) reader.skipBlock(/\s(\w+)$/.exec(rest)?.[1] ?? 'EOF');
    else if (word === 'let') remember(variables, rest);
    else if (word === 'source') yield { kind: 'source', path: substitute(rest, variables) };
    else if (word === 'eval') yield { kind: 'sql', text: substitute(rest, variables) };
    else if (word !== '' && !OWN_WORDS.has(word)) yield { kind: 'sql', text: command };
  }
}

function remember(variables: Map<string, string>, assignment: string): void {
  const [, name, value] = /^\$?(\w+)\s*=\s*([\s\S]*)$/.exec(assignment) ?? [];
  if (name !== undefined && !value!.startsWith('`')) variables.set(name, substitute(value!, variables));
}

function substitute(text: string, variables: ReadonlyMap<string, string>): string {
  return text.replace(/\$(\w+)/g, (whole, name) => variables.get(name) ?? whole);
}

/** Cuts the text into commands: a line that begins with `--`, or any text that ends with the delimiter. */
class Reader {
  delimiter = ';';
  #at = 0;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  next(): string | undefined {
    for (;;) {
      while (/[\s{}]/.test(this.#text[this.#at] ?? '')) this.#at++;
      if (this.#at >= this.#text.length) return undefined;
      if (this.#text[this.#at] === '#') this.#line();
      else if (this.#text.startsWith('--', this.#at)) {
        const command = this.#line().slice(2).trim();
        if (/^[a-z_]/i.test(command)) return command.replace(/;$/, '');
      } else return this.#statement();
    }
  }

  skipBlock(end: string): void {
    while (this.#at < this.#text.length && this.#line().trim() !== end);
  }

  #line(): string {
    const end = this.#text.indexOf('\n', this.#at);
    const line = this.#text.slice(this.#at, end < 0 ? undefined : end);
    this.#at = end < 0 ? this.#text.length : end + 1;
    return line;
  }

  #statement(): string {
    const start = this.#at;
    const block = /^(?:if|while)\s*\(/i.exec(this.#text.slice(start, start + 20));
    let quote = '';
    for (; this.#at < this.#text.length; this.#at++) {
      const character = this.#text[this.#at]!;
      if (quote !== '') {
        if (character === '\\' && quote !== '`') this.#at++;
        else if (character === quote) quote = '';
      } else if (this.#text.startsWith(this.delimiter, this.#at)) {
        const statement = this.#text.slice(start, this.#at);
        this.#at += this.delimiter.length;
        return statement.trim();
      } else if (block && character === '{') return this.#text.slice(start, this.#at++).trim();
      else if (/['"`]/.test(character)) quote = character;
    }
    return this.#text.slice(start).trim();
  }
}
