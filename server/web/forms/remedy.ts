import { cut } from '../../../protocol/texts/cut.ts';
import { type Html, html } from '../shell/html.ts';
import type { View } from '../shell/view.ts';
import { command } from './command.ts';

/**
 * What fixes a finding. A statement alone can be copied as it is. Each uploader can write it: it must do no more than it shows.
 * @param id of the command on its page
 */
export function remedy(view: View, advice: string, id: string): Html {
  const text = cut(advice, MOST_OF_FINDING);
  return STATEMENT.test(text) ? command(view, text, id) : html`<p lang="en" class="remedy">${text}</p>`;
}

/**
 * One statement in one line, of the kinds that `sade` names. A client of a database server would run more than that: another statement
 * behind it, and what stands behind a backslash outside of quotes, in a shell.
 */
const STATEMENT =
  /^(?:GRANT|SET GLOBAL) (?!.*\b(?:ALL|IDENTIFIED|WITH)\b)(?:[^\p{C}\\`'"…;]|`[^\p{C}`]*`|'[^\p{C}'\\]*')*;(?: -- [^\p{C}\\]*)?$/iu;

/** So much is shown of a message or an advice: a text of a manifest may have 16,384 characters. */
export const MOST_OF_FINDING = 2_000;
