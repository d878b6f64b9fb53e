import { escapeId } from 'mysql2';
import { type Finding, finding } from '../../../protocol/finding.ts';
import { firstNames } from '../../../protocol/first-names.ts';
import type { Session } from '../../mysql/connect.ts';
import { isServersAnswer } from '../../mysql/servers-answer.ts';
import { quoteAccount } from '../privileges/missing-rights.ts';

export interface BrokenView {
  readonly view: string;
  readonly reason: string;
  /** Whether mysqldump can dump it anyway: its definer is gone, and nothing else is wrong with it. */
  readonly isDumped: boolean;
  /** Of one that is dumped: its definer as statements name it, such as `ayu`@`%`. */
  readonly definer?: string | undefined;
  /** Where the user may not call a function that the view calls: the view's definition. */
  readonly calling?: string;
  /** What it reads in this database that does not exist, or that the user may not see. */
  readonly unseen?: readonly string[];
}

/** What the server shows beside the views. */
interface Surroundings {
  /** Of this database. */
  readonly functions: readonly string[];
  /** The user's account, as grants name it. */
  readonly account: string;
}

/** ER_PROCACCESS_DENIED_ERROR */
const MAY_NOT_CALL = 1370;

/** ER_VIEW_INVALID */
const INVALID = 1356;

/**
 * Asks of each view what mysqldump will ask first, and would end at. (What information_schema says of broken views, MariaDB
 * does not show to an ordinary user.)
 * @param asked the views to ask of, and the names of all tables, views and sequences that the user sees
 */
export async function askBrokenViews(
  session: Session,
  database: string,
  { views, relations }: { readonly views: readonly string[]; readonly relations: readonly string[] },
): Promise<BrokenView[]> {
  const broken: BrokenView[] = [];
  for (const view of views) {
    try {
      await session.ask(`show fields from ${quoted(database, view)}`);
      const orphaned = await missingDefiner(session, database, view);
      if (orphaned) broken.push({ view, ...orphaned, isDumped: true });
    } catch (error) {
      // Without a state it is no answer of the server: the connection has gone.
      if (!isServersAnswer(error)) throw error;
      const { errno, message } = error;
      const calling = errno === MAY_NOT_CALL ? { calling: await definitionOf(session, database, view) } : {};
      const unseen = errno === INVALID ? { unseen: await unseenIn(session, { database, view, relations }) } : {};
      broken.push({ view, reason: message, isDumped: false, ...calling, ...unseen });
    }
  }
  return broken;
}

/**
 * Of a view whose definer is gone, or may not read what it reads, MariaDB puts the name of the database before each column,
 * so that it does not load into a database of another name. mysqldump does not notice.
 */
async function missingDefiner(
  session: Session,
  database: string,
  view: string,
): Promise<Pick<BrokenView, 'reason' | 'definer'> | undefined> {
  const definition = await definitionOf(session, database, view);
  if (!definition.includes(`${escapeId(database, true)}.`)) return undefined;
  // Written in full because it reads another database, too: who may read that depends on the caller.
  if (/ SQL SECURITY INVOKER /.test(definition)) return undefined;
  try {
    await prepareToRead(session, quoted(database, view));
    return undefined;
  } catch (error) {
    if (!isServersAnswer(error)) throw error;
    return { reason: error.message, definer: DEFINER.exec(definition)?.[1] };
  }
}

/**
 * Lets the server check a SELECT without running it: even with LIMIT 0 it would call the functions of a view that reads no table, and
 * draw from its sequences.
 */
async function prepareToRead(session: Session, view: string): Promise<void> {
  const statement = Buffer.from(`select 1 from ${view}`).toString('hex');
  await session.ask(`set @lumbung_view = convert(x'${statement}' using utf8mb4)`);
  await session.ask('prepare lumbung_view from @lumbung_view');
  await session.ask('deallocate prepare lumbung_view');
}

/** In the definition as the server shows it; a role has no host. */
const DEFINER = / DEFINER=(`(?:[^`]|``)+`(?:@`(?:[^`]|``)*`)?) /;

async function definitionOf(session: Session, database: string, view: string): Promise<string> {
  const [shown] = await session.ask(`show create view ${quoted(database, view)}`);
  return String(shown?.[1]);
}

/** @returns what a view reads in its database that is not among those names; none where the server does not show its definition */
async function unseenIn(
  session: Session,
  { database, view, relations }: { database: string; view: string; relations: readonly string[] },
): Promise<string[]> {
  const there = new Set(relations.map(name => name.toLowerCase()));
  try {
    const definition = await definitionOf(session, database, view);
    const read = [...definition.matchAll(READ)].map(match => match.slice(1).map(part => part?.replaceAll('``', '`')));
    const own = read.flatMap(([one, two]) => (two === undefined ? one! : one === database ? two : []));
    return [...new Set(own)].filter(name => !there.has(name.toLowerCase()));
  } catch (error) {
    if (!isServersAnswer(error)) throw error;
    return [];
  }
}

/** What stands behind FROM and JOIN, as the server writes it: `table`, or `database`.`table`. */
const READ = /\b(?:from|join) \(*`((?:[^`]|``)+)`(?:\.`((?:[^`]|``)+)`)?/gi;

/** @returns a finding for each, with how to fix it */
export function brokenViewFindings(database: string, broken: readonly BrokenView[], around: Surroundings): Finding[] {
  return broken.map(({ view, reason, isDumped, definer, calling, unseen = [] }) => {
    const name = quoted(database, view);
    if (isDumped)
      return finding(
        'DEFINER_GONE',
        `the view ${view} loads only into a database that is called ${database}, since its definer${definer ? ` ${definer}` : ''} is gone or may not read what the view reads: ${reason}`,
        `Create the user ${definer ?? 'that is its definer'} again or grant it what the view reads, or create the view again with another definer: ALTER DEFINER=CURRENT_USER VIEW ${name} AS, and what SHOW CREATE VIEW ${name}; shows after AS.`,
      );
    if (calling !== undefined)
      return finding(
        'BROKEN_VIEW',
        `the view ${view} is left out, since it calls a function that the user may not call: ${reason}`,
        grantsToCall(database, calling, around),
      );
    return finding(
      'BROKEN_VIEW',
      `the view ${view} is broken and left out: ${whatItLacks(unseen)}${reason}`,
      howToFix(name, unseen),
    );
  });
}

function whatItLacks(unseen: readonly string[]): string {
  return unseen.length === 0 ? '' : `it reads ${firstNames(unseen)}, which is gone or not granted: `;
}

/** A view is broken by what it reads, and works again as soon as that is back: to drop it would lose it as well. */
function howToFix(name: string, unseen: readonly string[]): string {
  const [what, it] =
    unseen.length === 0
      ? ['what it reads and is gone', 'that']
      : [firstNames(unseen), unseen.length === 1 ? 'it' : 'them'];
  return (
    `Bring back ${what}, or grant ${it} to the view's definer: then the view works again. SHOW CREATE VIEW ${name}; shows what it reads. ` +
    `Only if ${it === 'that' ? 'what it reads' : firstNames(unseen)} was removed on purpose: change the view with CREATE OR REPLACE VIEW, or drop it.`
  );
}

/** Only the functions that it calls: with EXECUTE on the whole database the user could run every procedure in it. */
function grantsToCall(database: string, definition: string, { functions, account }: Surroundings): string {
  const called = functions.filter(name => definition.includes(`${escapeId(name, true)}(`));
  if (called.length === 0) return 'GRANT EXECUTE on that function to the user that the message names.';
  const grants = called.map(name => `GRANT EXECUTE ON FUNCTION ${quoted(database, name)} TO ${quoteAccount(account)};`);
  return grants.join(' ');
}

/** A dot in a name stays in it. */
function quoted(database: string, view: string): string {
  return `${escapeId(database, true)}.${escapeId(view, true)}`;
}
