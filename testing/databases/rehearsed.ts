import { createReadStream } from 'node:fs';
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DumpClients } from '../../cli/client-programs/mysqldump-client.ts';
import type { DatabaseSource } from '../../cli/config/databases.ts';
import { DumpObserver } from '../../cli/manifest/dump-observer.ts';
import { buildManifest } from '../../cli/manifest/manifest-builder.ts';
import { runPreflight } from '../../cli/preflight/preflight.ts';
import { copyWithoutRows } from '../../cli/rehearsal/definitions-file.ts';
import type { RehearsalResult } from '../../cli/rehearsal/rehearsal-result.ts';
import type { Rehearsals } from '../../cli/rehearsal/rehearsals.ts';
import type { Manifest } from '../../protocol/manifest.ts';
import { dumpDatabase } from './dump-database.ts';

export interface RehearsedOptions {
  readonly folder: string;
  readonly clients: DumpClients;
  /** What to do with the dump behind mysqldump's back, one character a byte. */
  readonly edit?: (dump: string) => string;
  /** Happens between the dump and its rehearsal. */
  readonly meanwhile?: () => Promise<unknown>;
}

/** Dumps a database and rehearses that, as a run does; the preflight must be able to ask the server. */
export async function rehearsed(
  rehearsals: Rehearsals,
  source: DatabaseSource,
  { folder, clients, edit, meanwhile }: RehearsedOptions,
): Promise<RehearsalResult & { readonly manifest: Manifest; readonly definitions: string }> {
  const { signal } = new AbortController();
  const [dump, definitions] = [join(folder, 'rehearsed.sql'), join(folder, 'rehearsed.definitions')];
  const report = await runPreflight(source, { signal });
  const upcoming = rehearsals.begin(source, report);
  try {
    const taken = await dumpDatabase(source, dump, { clients, preflight: runPreflight, signal });
    if (edit) await writeFile(dump, edit(await readFile(dump, 'latin1')), 'latin1');
    const observer = new DumpObserver();
    for await (const piece of createReadStream(dump)) observer.observe(piece as Buffer);
    const observed = observer.end();
    const { size } = await stat(dump);
    await copyWithoutRows(dump, definitions, { rows: observed.rowRanges, size, signal });
    await upcoming.seen.catch(() => {}); // what it means is the rehearsal's business
    await meanwhile?.();
    const times = { startedAt: new Date(0), endedAt: new Date(1000) };
    const manifest = buildManifest(
      observed,
      { ...taken, ...times, source, fileName: 'x.sql.zip' },
      { size: 1, sha256: Buffer.alloc(32) },
    );
    const result = await rehearsals.rehearse(upcoming, { path: definitions, inventory: manifest.inventory });
    return { ...result, manifest, definitions: await readFile(definitions, 'latin1') };
  } finally {
    for (const path of [dump, definitions]) await rm(path, { force: true });
  }
}
