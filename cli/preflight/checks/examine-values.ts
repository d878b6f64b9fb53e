import type { Finding } from '../../../protocol/finding.ts';
import type { LeftOut } from '../../config/partial-dumps.ts';
import type { Session } from '../../mysql/connect.ts';
import type { ServerFacts } from '../../mysql/server-facts.ts';
import { TimedQuestions } from '../../mysql/timed-questions.ts';
import { computedFindings } from '../source/computed-columns.ts';
import { probeValues } from '../source/probe-values.ts';
import { roundedKeyFindings } from '../source/rounded-keys.ts';
import { askKeys } from '../source/source-columns.ts';
import type { SourceObjects } from '../source/source-objects.ts';
import type { SuspectColumn } from '../source/suspect-columns.ts';
import { valueFindings } from './value-findings.ts';

interface Looked {
  readonly database: string;
  readonly server: ServerFacts;
  readonly objects: SourceObjects;
  readonly leftOut: LeftOut;
}

/** The time limit of all checks of the values of one database; columns not checked by then are reported as unknown. */
const MILLISECONDS = 5000;

/** Nearly every table has dates, and hardly a server takes those that do not exist: larger tables are not read for them. */
const READ_FOR_DATES = 16 << 20;

/**
 * Reads the tables with columns whose values a dump may not hold as they are. Most databases have few: such character
 * sets, FLOAT, ENUM with an empty member.
 */
export async function examineValues(
  session: Session,
  { database, server, objects, leftOut }: Looked,
): Promise<Finding[]> {
  const elsewhere = new Set(objects.definitionOnly.map(({ table }) => table));
  const isDumped = ({ table }: { table: string }) => !elsewhere.has(table) && !leftOut.leavesOutRows(table);
  const isRead = ({ table, flaw }: SuspectColumn) =>
    flaw !== 'date' || server.takesInvalidDates || (objects.bytesOf.get(table) ?? 0) <= READ_FOR_DATES;
  const suspects = objects.suspects.filter(suspect => isDumped(suspect) && isRead(suspect));
  const computed = objects.computed.filter(isDumped);
  if (suspects.length === 0 && computed.length === 0) return [];
  // The time zone of the load.
  await session.ask(`set session time_zone = '+00:00'`);
  const questions = new TimedQuestions(session, server, MILLISECONDS);
  const probed = await probeValues(questions, database, suspects, objects.bytesOf);
  const isRounded = [...probed.flawed, ...probed.unseen].some(({ flaw }) => flaw === 'float' || flaw === 'year');
  const keys = isRounded ? await askKeys(session, { database, ignoresCase: server.ignoresCase }) : [];
  return [
    ...valueFindings(probed),
    ...(await roundedKeyFindings(questions, database, probed, keys)),
    ...(await computedFindings(questions, database, computed)),
  ];
}
