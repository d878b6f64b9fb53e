import type { Reading } from '../../../history/reading/in-scope.ts';
import { documentBytesById, documentsById, drillIn } from '../../../reports/report-details.ts';
import type { ListedReport } from '../../../reports/search-reports.ts';

/** Something that drills did not test, and of which databases. */
export interface NotTested {
  /** One sentence of the client. */
  readonly what: string;
  readonly databases: readonly string[];
}

/** So much of reports is read for one page, in bytes, and so many sentences are shown. */
const [MOST_BYTES, MOST_SENTENCES] = [2 * 1024 ** 2, 20];

/** @returns what the drills did not test, what concerns most databases first; of large reports not all are looked at */
export async function notTested(reading: Reading, drills: readonly ListedReport[]): Promise<NotTested[]> {
  const sizes = await documentBytesById(
    reading,
    drills.map(({ id }) => id),
  );
  const read: ListedReport[] = [];
  let bytes = 0;
  for (const [at, drill] of drills.entries()) {
    bytes += sizes[at]!;
    if (bytes <= MOST_BYTES) read.push(drill);
  }
  const documents = await documentsById(
    reading,
    read.map(({ id }) => id),
  );
  const found = new Map<string, Set<string>>();
  for (const [at, document] of documents.entries())
    for (const what of drillIn(document)?.not_tested ?? [])
      found.set(what, (found.get(what) ?? new Set()).add(read[at]!.databaseName));
  return [...found]
    .map(([what, databases]) => ({ what, databases: [...databases].sort() }))
    .sort((one, other) => other.databases.length - one.databases.length)
    .slice(0, MOST_SENTENCES);
}
