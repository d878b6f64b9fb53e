/** A call of `sade`, as the parser of options is to get it. */

/** Such as `-`, `--` or `---`. */
const ONLY_DASHES = /^-+$/;

/** Options whose value may be a dash: stdout, and a database of that name. */
const TAKES_DASH = /^(?:--output|-o|--only)$/;

/** Options whose own name begins so, which the parser would treat as the opposite of another. */
const OWN_NO = /^--no-events$/;

/** @returns the words `help` and `version` as the options that they stand for; a call without any word by a person asks for help */
export function spelledOut(argv: readonly string[], isPerson: boolean): string[] {
  const [program = '', script = '', first, ...rest] = argv;
  if (first === undefined) return isPerson ? [program, script, '--help'] : [program, script];
  // `sade help help`: the two words have no options of their own.
  if (first === 'help') return [program, script, ...rest.filter(word => !/^(?:help|version)$/.test(word)), '--help'];
  return first === 'version' ? [program, script, '--version', ...rest] : [...argv];
}

/** A dash by itself is a value, as in `--output -`; the parser would treat it as an option without a name. */
export function withDash(argv: readonly string[]): string[] {
  return argv.flatMap((word, at) => {
    if (argv[at + 1] === '-' && TAKES_DASH.test(word)) return [word === '--only' ? '--only=-' : '--output=-'];
    return word === '-' && TAKES_DASH.test(argv[at - 1] ?? '') ? [] : [word];
  });
}

/** @returns what the parser is to call an option, such as `without-events` for `no-events` */
export function parsedFlag(flag: string): string {
  return flag.replace(/^no-/, 'without-');
}

/** @returns the same words, with the options whose names begin with `no-` as the parser is to call them */
export function withParsedFlags(argv: readonly string[]): string[] {
  const end = argv.indexOf('--');
  const isOption = (at: number) => end < 0 || at < end;
  return argv.map((word, at) => (isOption(at) && OWN_NO.test(word) ? `--${parsedFlag(word.slice(2))}` : word));
}

/**
 * Finds what the parser would leave out without a word: dashes alone, and `--no-…`, which would unset an option.
 * @param typed what stands behind the name of the program
 * @param takesWord whether the command has an argument, which may stand behind `--`: a name can begin with a dash
 * @returns the first of them; undefined when there is no such word
 */
export function strayOf(typed: readonly string[], takesWord: boolean): string | undefined {
  const end = typed.indexOf('--');
  const options = end < 0 ? typed : typed.slice(0, end);
  const stray = options.find(word => ONLY_DASHES.test(word) || (/^-+no-/.test(word) && !OWN_NO.test(word)));
  if (stray !== undefined || end < 0) return stray;
  return takesWord && end < typed.length - 1 ? undefined : '--';
}
