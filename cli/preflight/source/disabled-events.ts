import { type Finding, finding } from '../../../protocol/finding.ts';
import { firstNames } from '../../../protocol/first-names.ts';
import type { Row, Session } from '../../mysql/connect.ts';
import { driverErrorOf, isServersAnswer } from '../../mysql/servers-answer.ts';

/** The names of the events that a server keeps to itself; undefined when the user may not look where they lie. */
export interface DisabledEvents {
  readonly names: readonly string[] | undefined;
}

/** MariaDB manual, "Error 1577: ER_EVENTS_DB_ERROR". */
const EVENTS_DISABLED = 1577;

/**
 * Asks for the events of a database. With event_scheduler=DISABLED MariaDB answers no question about events, and mysqldump ends at the
 * first; only the system table shows then whether there are any.
 */
export async function askEvents(
  session: Session,
  database: string,
  ask: () => Promise<Row[]>,
): Promise<{ rows: readonly Row[]; disabled?: DisabledEvents }> {
  try {
    return { rows: await ask() };
  } catch (error) {
    if (driverErrorOf(error).errno !== EVENTS_DISABLED) throw error;
    return { rows: [], disabled: { names: await namesInSystemTable(session, database) } };
  }
}

async function namesInSystemTable(session: Session, database: string): Promise<string[] | undefined> {
  try {
    const rows = await session.ask('select name from mysql.event where db = ? order by 1', [database]);
    return rows.map(([name]) => String(name));
  } catch (error) {
    if (!isServersAnswer(error)) throw error;
    return undefined;
  }
}

/** @returns nothing where it is sure that there are no events */
export function disabledEventFindings({ names }: DisabledEvents): Finding[] {
  if (names?.length === 0) return [];
  const which =
    names === undefined
      ? "sade can't see whether this database has events, and none were dumped"
      : `these events were left out: ${firstNames(names)}`;
  const advice =
    'Start the server with event_scheduler=OFF instead of DISABLED: no event runs then either' +
    (names === undefined
      ? '. Or grant the user SELECT on mysql.event, so that sade can see that the database has no events.'
      : '.');
  return [finding('EVENTS_NOT_DUMPED', `the server runs with event_scheduler=DISABLED: ${which}`, advice)];
}
