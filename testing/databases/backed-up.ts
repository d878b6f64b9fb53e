import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DumpObserver } from '../../cli/manifest/dump-observer.ts';
import { buildManifest } from '../../cli/manifest/manifest-builder.ts';
import { runPreflight } from '../../cli/preflight/preflight.ts';
import type { Manifest } from '../../protocol/manifest.ts';
import { dumpDatabase } from './dump-database.ts';
import { load } from './round-trip.ts';
import type { SourceServer } from './source-server.ts';

export interface Options {
  readonly folder: string;
  readonly dumpOptions?: readonly string[];
  /** On the server of the source, unless another one is given; created again, and not dropped. */
  readonly copy: string;
  readonly on?: SourceServer;
  /** What to do with the dump on its way to the client, as bytes. */
  readonly edit?: (dump: string) => string;
}

/**
 * Backs a database up as `sade` does, up to its manifest, and loads the dump with the server's own client.
 * @returns the manifest, and what the client said when it did not load
 */
export async function backUpAndLoad(
  server: SourceServer,
  database: string,
  { folder, dumpOptions = [], copy, on = server, edit }: Options,
): Promise<Pick<Manifest, 'findings' | 'state' | 'inventory'> & { error: string | undefined }> {
  const path = join(folder, 'backed-up.sql');
  const source = server.source(database, { dumpOptions });
  try {
    const taken = await dumpDatabase(source, path, {
      clients: { all: [server.client], for: () => server.client },
      preflight: runPreflight,
      signal: new AbortController().signal,
    });
    const observer = new DumpObserver();
    for await (const piece of createReadStream(path)) observer.observe(piece as Buffer);
    const observed = observer.end();
    const times = { startedAt: new Date(0), endedAt: new Date(1000) };
    const { findings, state, inventory } = buildManifest(
      observed,
      { ...taken, ...times, source, fileName: 'x.sql.zip' },
      { size: 1, sha256: Buffer.alloc(32) },
    );
    await on.sql(`drop database if exists \`${copy}\`; create database \`${copy}\` character set utf8mb4`);
    return { findings, state, inventory, error: await load(on, copy, path, [], edit) };
  } finally {
    await rm(path, { force: true });
  }
}
