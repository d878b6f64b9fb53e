import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Finding } from '../../../protocol/finding.ts';
import type { Manifest } from '../../../protocol/manifest.ts';
import type { DumpClients } from '../../client-programs/mysqldump-client.ts';
import type { DatabaseSource } from '../../config/databases.ts';
import { createDumpFile, dump } from '../../dump/dump.ts';
import { planDump } from '../../dump/plan-dump.ts';
import { optionsDigest } from '../../manifest/options-digest.ts';
import { runPreflight } from '../../preflight/preflight.ts';
import { compareDumps, type DumpDifference } from './compare-dumps.ts';
import { meaningOf } from './line-meaning.ts';

export interface DumpAgainOptions {
  /** The restored database; its `dumpOptions` are those of the backup's entry. */
  readonly restored: DatabaseSource;
  readonly manifest: Pick<Manifest, 'source' | 'client' | 'findings' | 'dump'>;
  /** Of the server that it was restored into. */
  readonly server: { readonly flavour: 'mysql' | 'mariadb'; readonly version: string };
  /** @returns the backup's dump, from its beginning */
  readonly backup: () => AsyncIterable<Uint8Array>;
  /** Its events were restored disabled. */
  readonly isWithoutEventStates?: boolean;
  readonly clients: DumpClients;
  /** Has room for one more dump. */
  readonly folder: string;
  readonly signal: AbortSignal;
}

/** `not comparable` says nothing about the backup. */
export type DumpAgain =
  | { readonly result: 'same' }
  | { readonly result: 'differs'; readonly difference: DumpDifference }
  | { readonly result: 'not comparable'; readonly why: string };

/**
 * Dumps a restored database as its backup was dumped, and compares the two dumps as bytes, dates aside. Another version of a server or
 * of mysqldump may write the same in other words: then only a dump that is the same proves something.
 * @throws {ExplainedError} when it can't be dumped; the signal's reason when aborted
 */
export async function dumpAgain(wanted: DumpAgainOptions): Promise<DumpAgain> {
  const { restored, manifest, clients, folder, signal, server } = wanted;
  const plan = await planDump(restored, { clients, preflight: runPreflight, signal });
  const path = join(folder, 'again.sql');
  try {
    await dump(plan, await createDumpFile(path), signal);
    const original = manifest.source.database;
    const isRenamed = restored.database !== original;
    const difference = await compareDumps(wanted.backup(), createReadStream(path, { highWaterMark: 256 * 1024 }), {
      meaning: meaningOf({
        flavour: server.flavour,
        isWithoutEventStates: wanted.isWithoutEventStates ?? false,
        ...(isRenamed && { renamed: { from: restored.database, to: original } }),
      }),
      signal,
    });
    if (difference === undefined) return { result: 'same' };
    // What is known of the programs and the rights comes first: each of them can add options of its own to one of the dumps.
    const why =
      otherWords(manifest, plan.client, server) ??
      notAllowed(plan.findings, manifest.findings) ??
      otherOptions(manifest.dump.options_sha256, restored.dumpOptions, plan.report?.fallbackOptions);
    return why === undefined ? { result: 'differs', difference } : { result: 'not comparable', why };
  } finally {
    await rm(path, { force: true });
  }
}

/** @returns why the first dump may have left out something else, or written it otherwise */
function otherOptions(
  first: string | null,
  dumpOptions: readonly string[],
  fallbackOptions: readonly string[] = [],
): string | undefined {
  if (first === optionsDigest(dumpOptions, fallbackOptions)) return undefined;
  if (first === null) return 'its manifest does not say with which options the backup was dumped';
  // The list of databases is not to be blamed where both have the same of it.
  if (first === optionsDigest(dumpOptions))
    return `the restored database could only be dumped with ${fallbackOptions.join(' ')}, and the backup was not`;
  return fallbackOptions.length > 0
    ? 'the backup was dumped with other options: those in the list of databases here are others, or it could be dumped with fewer'
    : 'the backup was dumped with other options: those in the list of databases here are others, or it could only be dumped with more';
}

/** @returns what the user of the second dump may not see, and that of the backup did */
function notAllowed(again: readonly Finding[], first: Manifest['findings']): string | undefined {
  const known = new Set((first ?? []).map(({ code }) => code));
  const missing = again.find(({ code, severity }) => severity === 'incomplete' && !known.has(code));
  return missing && `the restored database can't be dumped as the source was: ${missing.message}`;
}

type Program = { readonly flavour: string; readonly version: string };

/** @returns why the same database may be dumped in other words than those of the backup */
function otherWords({ source, client }: Pick<Manifest, 'source' | 'client'>, again: Program, server: Program) {
  if (again.flavour !== client.flavour || again.version !== client.version)
    return `the backup was dumped by ${named(client)}, and the restored database by ${named(again)}`;
  if (source.server === null) return "the version of the source's server is not known";
  if (source.server.flavour !== server.flavour || seriesOf(source.server) !== seriesOf(server))
    return `the backup is from ${named(source.server)}, and was restored into ${named(server)}`;
  return undefined;
}

function named({ flavour, version }: Program): string {
  return `${flavour === 'mysql' ? 'MySQL' : 'MariaDB'} ${/^[\d.]*\d/.exec(version)?.[0] ?? version}`;
}

/** Within a series such as 10.11 no version shows a definition in other words. */
function seriesOf({ version }: Program): string {
  return version.split('.').slice(0, 2).join('.');
}
