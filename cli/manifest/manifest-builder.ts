import { isMarkedWhole } from '../../protocol/end-marker.ts';
import { type Finding, finding, stateOf } from '../../protocol/finding.ts';
import { type Manifest, OBJECT_KINDS } from '../../protocol/manifest.ts';
import type { MysqldumpClient } from '../client-programs/mysqldump-client.ts';
import type { DatabaseSource } from '../config/databases.ts';
import type { DumpContents } from '../dump-parser/dump-contents.ts';
import { ExplainedError } from '../errors.ts';
import type { SourceReport } from '../preflight/source-report.ts';
import { sourceRedactor } from '../secrets/source-redactor.ts';
import { formatBytes } from '../terminal/format.ts';
import type { Sealed } from '../zip/part-file.ts';
import { compareWithSource } from './compare-with-source.ts';
import { CREATE_THAT_ANEW, hidesTheRest, misreadingFindings, unexpectedFindings } from './contents-findings.ts';
import type { ObservedDump } from './dump-observer.ts';
import { madeBy } from './made-by.ts';
import { namingFindings } from './naming-findings.ts';
import { optionsDigest } from './options-digest.ts';

/** What is known of a dump when it is about to be zipped. */
export interface DumpFacts {
  readonly source: DatabaseSource;
  readonly fileName: string;
  /** What the server showed; undefined when it could not be asked. */
  readonly report: SourceReport | undefined;
  readonly client: MysqldumpClient;
  /** Of the preflight, the client and its stderr. */
  readonly findings: readonly Finding[];
  readonly startedAt: Date;
  readonly endedAt: Date;
}

/**
 * @param zip of the dump
 * @returns what the backup says of itself
 * @throws {ExplainedError} when what went by does not even end with the marker's line, with which mysqldump left it
 */
export function buildManifest(dump: ObservedDump, facts: DumpFacts, zip: Pick<Sealed, 'size' | 'sha256'>): Manifest {
  const { contents, tail, size } = dump;
  if (!isMarkedWhole(Buffer.from(tail), { isWhole: tail.length === size })) throw cutOff();
  const { report, source, client } = facts;
  const redact = sourceRedactor(source);
  const findings = [...facts.findings, ...findingsIn(contents, facts)].map(redact.finding);
  const server = report?.server ?? contents.server;
  return {
    manifest_version: 2,
    file_name: facts.fileName,
    database: source.label,
    state: stateOf(findings) === 'complete' ? 'complete' : 'incomplete',
    findings: [...findings],
    started_at: facts.startedAt.toISOString(),
    ended_at: facts.endedAt.toISOString(),
    made_by: madeBy(),
    made_for: source.madeFor ?? null,
    source: {
      database: source.database,
      server: server && { ...server, version: redact.text(server.version) },
      character_set: report?.defaults?.characterSet ?? null,
      collation: report?.defaults?.collation ?? null,
      lower_case_table_names: report?.lowerCaseTableNames ?? null,
    },
    client: { flavour: client.flavour, version: client.version },
    dump: describeDump(dump, facts),
    zip: { size: zip.size, sha256: zip.sha256.toString('hex') },
    inventory: contents.inventory,
    rehearsal: null,
    shrink_limit_percent: source.shrinkLimitPercent,
  };
}

function describeDump({ contents, size, sha256 }: ObservedDump, { source, report }: DumpFacts): Manifest['dump'] {
  return {
    size,
    sha256,
    rows: contents.rows,
    ends_with_marker: true,
    character_set: contents.characterSet,
    binlog: contents.binlog,
    gtid: contents.gtid,
    longest_statement: longestOf(contents),
    needs: contents.needs,
    options_sha256: optionsDigest(source.dumpOptions, report?.fallbackOptions),
  };
}

function findingsIn(contents: DumpContents, { report, source }: DumpFacts): Finding[] {
  const { inventory, endsWithMarker, isBalanced, longestStatement } = contents;
  const isMisread = hidesTheRest(contents.misreadings);
  const isEmpty = OBJECT_KINDS.every(kind => inventory[kind].length === 0);
  return [
    // The cause first: what follows it may be seen no more.
    ...misreadingFindings(contents.misreadings),
    ...(endsWithMarker && isBalanced ? [] : [unterminated(isMisread)]),
    ...unexpectedFindings(contents, source),
    ...namingFindings({ contents, report, database: source.database }),
    ...longStatement(longestStatement, report),
    ...(isEmpty ? [finding('DUMP_EMPTY', 'the dump has no contents: the database is empty', IS_IT_THE_RIGHT_ONE)] : []),
    ...(report
      ? compareWithSource(inventory, report, source.dumpOptions, { database: source.database, isMisread })
      : []),
  ];
}

function unterminated(isMisread: boolean): Finding {
  return isMisread
    ? finding('UNTERMINATED_STATEMENT', IN_MISREAD, CREATE_THAT_ANEW)
    : finding('UNTERMINATED_STATEMENT', IN_THE_MIDDLE, LOOK_AT_IT);
}

function longestOf({ longestStatement: { bytes, table } }: DumpContents): Manifest['dump']['longest_statement'] {
  return bytes === 0 ? null : { bytes, table: table ?? null };
}

/** The server that was dumped is the best guess at the one that will load it. */
function longStatement(
  { bytes, table }: DumpContents['longestStatement'],
  report: SourceReport | undefined,
): Finding[] {
  if (report?.maxPacketBytes === undefined || bytes <= report.maxPacketBytes - PACKET_OVERHEAD) return [];
  const where = table === undefined ? '' : ` (a row of ${table})`;
  return [
    finding(
      'RESTORE_PREREQUISITE',
      `the longest statement in the dump has ${formatBytes(bytes)}${where}, and the server accepts at most ${formatBytes(report.maxPacketBytes)} (max_allowed_packet): it does not load there`,
      `Before you restore, on the server that loads it: SET GLOBAL max_allowed_packet = ${Math.min(2 ** 30, 2 ** Math.ceil(Math.log2(bytes + PACKET_OVERHEAD)))}; it applies to connections that begin after it.`,
    ),
  ];
}

/** What a statement takes in a packet beside its own bytes, generously. */
const PACKET_OVERHEAD = 1024;

const IN_THE_MIDDLE =
  'the last line of the dump is "-- Dump completed", but it seems to stand within a statement, a string or a comment';
const IN_MISREAD = 'to the mysql client the dump ends within the definition that it misreads, or within one behind it';
const LOOK_AT_IT =
  'Run the backup again. If it happens again, download this backup, check its end and restore it somewhere. If that works, sade misread it: please report that.';
const IS_IT_THE_RIGHT_ONE = 'Check database_name and db_host, if it should hold something.';

function cutOff(): ExplainedError {
  return new ExplainedError('what was zipped is not a complete dump: its last line is not "-- Dump completed"', {
    advice:
      'The file was changed in the work folder after it was dumped. Check what else writes there, and run the backup again.',
  });
}
