import { commandLine, withValue } from '../../options/command-line.ts';
import { COMMANDS, COMMON } from '../../options/commands.ts';
import type { OptionDescription, Typed } from '../../options/option.ts';
import { parsedFlag } from '../../options/typed-words.ts';

/** Options that differ from what was typed, by their flags: undefined leaves one out. */
export type Changes = Readonly<Record<string, string | readonly string[] | true | undefined>>;

/** A call of `sade restore`, as it was typed: what a message proposes is the same command, with what has to be different. */
export class RestoreCall {
  readonly #labels: string | readonly string[];
  readonly #typed: Typed;

  /**
   * @param labels of the databases; none where `--all-of` names them
   * @param typed what the parser of the command line has found
   */
  constructor(labels: string | readonly string[], typed: Typed) {
    this.#labels = labels;
    this.#typed = typed;
  }

  /** @returns the command as it is typed into a shell; it shows its plan, and asks, unless `changes` has `yes` */
  again(changes: Changes = {}): string {
    const all: OptionDescription[] = Object.values({ ...COMMANDS.restore.options, ...COMMON });
    const options = all.flatMap(({ flag, value }) => {
      if (flag === undefined || (SEEN_ANEW.has(flag) && !(flag in changes))) return [];
      const given = flag in changes ? changes[flag] : this.#typed[parsedFlag(flag)];
      if (given === undefined || given === false) return [];
      if (value === undefined) return [`--${flag}`];
      return [given].flat().flatMap(text => withValue(`--${flag}`, String(text)));
    });
    return commandLine('restore', this.#labels, { options });
  }
}

/** @returns the values of `--tables`: a name with a comma or a blank has to be given by itself */
export function namesToType(names: readonly string[]): readonly string[] {
  return names.some(name => /[,\s]/.test(name)) ? names : [names.join(',')];
}

/** A person who repeats a command is to see the plan, and to be asked. */
const SEEN_ANEW: ReadonlySet<string> = new Set(['yes', 'dry-run']);
