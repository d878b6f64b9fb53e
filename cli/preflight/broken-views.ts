import { escapeId } from 'mysql2';
import { type Finding, finding } from '../../protocol/finding.ts';
import type { Session } from './connect.ts';

export interface BrokenView {
  readonly view: string;
  readonly reason: string;
  /** Whether mysqldump can dump it all the same: its definer is gone, and nothing else is wrong with it. */
  readonly isDumped: boolean;
}

/**
 * Asks of each view what mysqldump will ask first, and would end at. (What information_schema says of broken views, MariaDB
 * does not show to an ordinary user.)
 */
export async function askBrokenViews(
  session: Session,
  database: string,
  views: readonly string[],
): Promise<BrokenView[]> {
  const broken: BrokenView[] = [];
  for (const view of views) {
    try {
      await session.ask(`show fields from ${quoted(database, view)}`);
      const reason = await missingDefiner(session, database, view);
      if (reason !== undefined) broken.push({ view, reason, isDumped: true });
    } catch (error) {
      // Without a state it is no answer of the server: the connection has gone.
      if ((error as { sqlState?: string }).sqlState === undefined) throw error;
      broken.push({ view, reason: (error as Error).message, isDumped: false });
    }
  }
  return broken;
}

/**
 * Of a view whose definer is gone, or may not read what it reads, MariaDB puts the name of the database before each column, so that it does not load into
 * a database of another name. mysqldump takes no notice.
 */
async function missingDefiner(session: Session, database: string, view: string): Promise<string | undefined> {
  const [shown] = await session.ask(`show create view ${quoted(database, view)}`);
  const notes = await session.ask('show warnings');
  const found = notes.find(([, code]) => Number(code) === NO_SUCH_USER);
  const isBound = String(shown?.[1]).includes(`${escapeId(database, true)}.`);
  if (!isBound) return undefined;
  if (found) return String(found[2]);
  // Written in full because it reads another database, too: who may read that is nobody's business but the caller's.
  if (/ SQL SECURITY INVOKER /.test(String(shown?.[1]))) return undefined;
  // A definer that is there but may not read what the view reads (1356) is written in the same way, without a warning.
  return session.ask(`select 1 from ${quoted(database, view)} limit 0`).then(
    () => undefined,
    (error: Error & { sqlState?: string }) => {
      if (error.sqlState === undefined) throw error;
      return error.message;
    },
  );
}

const NO_SUCH_USER = 1449;

/** @returns a finding for each, with how to mend it */
export function brokenViewFindings(database: string, broken: readonly BrokenView[]): Finding[] {
  return broken.map(({ view, reason, isDumped }) => {
    const name = quoted(database, view);
    if (isDumped)
      return finding(
        'DEFINER_GONE',
        `the view ${view} loads only into a database that is called ${database}: ${reason}`,
        `Create that user again or grant it what the view reads, or make the view anew with another definer: ALTER DEFINER=CURRENT_USER VIEW ${name} AS, and what SHOW CREATE VIEW ${name}; says behind AS.`,
      );
    return finding(
      'BROKEN_VIEW',
      `the view ${view} is broken and was left out: ${reason}`,
      `Look at SHOW CREATE VIEW ${name}; and mend it with CREATE OR REPLACE VIEW, grant its definer what it reads, or DROP VIEW ${name};`,
    );
  });
}

/** A dot in a name stays in it. */
function quoted(database: string, view: string): string {
  return `${escapeId(database, true)}.${escapeId(view, true)}`;
}
