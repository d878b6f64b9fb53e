import { type FileHandle, open, rm } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { type Finding, finding } from '../../protocol/finding.ts';
import { firstNames } from '../../protocol/first-names.ts';
import type { MysqldumpClient } from '../client-programs/mysqldump-client.ts';
import type { DatabaseSource } from '../config/databases.ts';
import { ExplainedError, messageOf } from '../errors.ts';
import { findingsIn } from '../manifest/dump-findings.ts';
import { findRecreatedTables, type TablesSeen } from '../preflight/recreated-tables.ts';
import { endsWithMarker } from './end-marker.ts';
import { dumpFailure, runMysqldump } from './run-mysqldump.ts';

export interface Dump {
  /** Bytes of the plain dump. */
  readonly size: number;
  /** What mysqldump said although it succeeded, and what it was told to leave out. */
  readonly findings: readonly Finding[];
  /** Whether the dump was repeated into the emptied file. */
  readonly isRepeated: boolean;
}

/** What is to be dumped, and how. */
export interface DumpOrder {
  readonly source: DatabaseSource;
  readonly client: MysqldumpClient;
  /** Options that let mysqldump get through where a right is missing or a view is broken. */
  readonly fallbackOptions: readonly string[];
  /** The tables as they were before: a dump during which one was recreated is repeated. */
  readonly tablesSeen: TablesSeen | undefined;
}

/** The file that a dump is written into. */
export interface DumpFile {
  readonly path: string;
  readonly handle: FileHandle;
}

/** @param path at which nothing may be @returns an empty file for this user only @throws the system's error */
export async function createDumpFile(path: string): Promise<DumpFile> {
  // What is appended to a file that was emptied begins at its beginning again.
  return { path, handle: await open(path, 'ax', 0o600) };
}

/** A table was changed while it was dumped (ER_TABLE_DEF_CHANGED): nothing is wrong that would be so again. */
const CHANGED_MEANWHILE = /\b1412\b/;

/**
 * Dumps one database into a file by running mysqldump. Afterwards the file exists only if the dump is complete: exit code
 * 0, no signal, and the marker on its last line. A dump that failed because a table changed is repeated once.
 * @param file an empty one; it is closed here
 * @throws {ExplainedError} saying what mysqldump said, with its password redacted; the signal's reason when aborted
 */
export async function dump(order: DumpOrder, file: DumpFile, signal: AbortSignal): Promise<Dump> {
  const dumpOptions = [...order.source.dumpOptions, ...order.fallbackOptions];
  await using _handle = file.handle;
  try {
    signal.throwIfAborted();
    return await dumpAgainIfChanged({ ...order, source: { ...order.source, dumpOptions } }, file, signal);
  } catch (error) {
    // What can't be removed is swept by the next run: the reason of the failure is worth more.
    await rm(file.path, { force: true }).catch(() => {});
    throw error;
  }
}

async function dumpAgainIfChanged(order: DumpOrder, file: DumpFile, signal: AbortSignal): Promise<Dump> {
  const { source, tablesSeen } = order;
  const first = await dumpOnce(order, file, signal).catch(unlessChanged);
  // Asked for in any case: what has changed by now is nothing against the second dump.
  const seen = await lookAgain(source, tablesSeen, signal);
  if (!('changed' in first) && seen.tables.length === 0)
    return { ...first, isRepeated: false, findings: [...first.findings, ...doubts(seen)] };
  const changed = 'changed' in first ? first.changed : swapped(seen.tables);
  await file.handle.truncate();
  const { size, findings } = await dumpOnce(order, file, signal);
  const seenAgain = await lookAgain(source, seen.now, signal);
  const again = finding('DUMP_REPEATED', `dumped again, since at the first attempt ${changed}`);
  return { size, isRepeated: true, findings: [...findings, again, ...doubts(seenAgain)] };
}

function unlessChanged(error: unknown): { changed: string } {
  if (error instanceof ExplainedError && CHANGED_MEANWHILE.test(error.message)) return { changed: error.message };
  throw error;
}

/** The tables that became others while they were dumped, or why that is not known. */
interface Seen {
  readonly tables: readonly string[];
  readonly unseen?: string;
  /** The tables as they are now, or as they were when they were last seen. */
  readonly now: TablesSeen | undefined;
}

async function lookAgain(source: DatabaseSource, before: TablesSeen | undefined, signal: AbortSignal): Promise<Seen> {
  if (before === undefined) return { tables: [], now: before };
  try {
    const { names, now } = await findRecreatedTables(source, before, { signal });
    return { tables: names, now };
  } catch (error) {
    signal.throwIfAborted();
    return { tables: [], unseen: messageOf(error), now: before };
  }
}

/** What was dumped is kept: it may be whole, and the server may be gone by now. */
function doubts({ tables, unseen }: Seen): Finding[] {
  if (unseen !== undefined)
    return [finding('TABLES_RECREATED', `it is not known whether tables were swapped meanwhile: ${unseen}`, RUN_AGAIN)];
  if (tables.length === 0) return [];
  return [finding('TABLES_RECREATED', `${swapped(tables)}, also at the second attempt`, AT_ANOTHER_TIME)];
}

function swapped(tables: readonly string[]): string {
  return `tables were recreated or renamed while they were dumped: ${firstNames(tables)}`;
}

const RUN_AGAIN = 'Run the backup again at a time when the server can be reached during the whole dump.';
const AT_ANOTHER_TIME =
  'Their rows may be from a different snapshot, or missing. Back up at a time when no such change runs (gh-ost, pt-online-schema-change, a nightly reload).';

async function dumpOnce(
  { source, client }: DumpOrder,
  { path, handle }: DumpFile,
  signal: AbortSignal,
): Promise<Omit<Dump, 'isRepeated'>> {
  // Straight into a file descriptor: half the CPU of a pipe through this process, and nothing here can hold it up.
  const said = await runMysqldump(source, handle.fd, { folder: dirname(path), client, signal });
  if (!(await endsWithMarker(path))) throw cutOff(client, said.text());
  return { size: (await handle.stat()).size, findings: findingsIn(said) };
}

function cutOff({ path }: MysqldumpClient, stderr: string): ExplainedError {
  return dumpFailure(
    basename(path),
    'ended without an error, but the dump is cut off: its last line is not "-- Dump completed"',
    stderr,
  );
}
