import { escapeId } from 'mysql2';
import { type Finding, finding } from '../../protocol/finding.ts';
import type { Session } from './connect.ts';

export interface BrokenView {
  readonly view: string;
  readonly reason: string;
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
    } catch (error) {
      // Without a state it is no answer of the server: the connection has gone.
      if ((error as { sqlState?: string }).sqlState === undefined) throw error;
      broken.push({ view, reason: (error as Error).message });
    }
  }
  return broken;
}

/** @returns a finding for each, with how to mend it */
export function brokenViewFindings(database: string, broken: readonly BrokenView[]): Finding[] {
  return broken.map(({ view, reason }) => {
    const name = quoted(database, view);
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
