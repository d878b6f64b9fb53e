import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { stateOf } from '../../protocol/finding.ts';
import type { Manifest } from '../../protocol/manifest.ts';
import type { RowRange } from '../dump-parser/inventory-scanner.ts';
import { messageOf } from '../errors.ts';
import { log } from '../log.ts';
import { writeManifest } from '../manifest/manifest-file.ts';
import { copyWithoutRows } from '../rehearsal/definitions-file.ts';
import { notRehearsed, type RehearsalResult } from '../rehearsal/rehearsal-result.ts';
import type { Rehearsals } from '../rehearsal/rehearsals.ts';
import { NotRehearsed } from '../rehearsal/servers-of-run.ts';
import { sourceRedactor } from '../secrets/source-redactor.ts';
import type { Spool } from '../spool/spool.ts';
import { definitionsName } from '../spool/spool-names.ts';
import type { DiskRoom } from './disk-room.ts';
import type { RehearsalDue, ZippedBackup } from './jobs.ts';
import type { RunningDump } from './running-dump.ts';

export interface RehearseStageOptions {
  readonly spool: Spool;
  /** Undefined when there are to be no rehearsals. */
  readonly rehearsals?: Rehearsals | undefined;
  readonly room: DiskRoom;
  /** How long a dump that waits for room in the work folder bears with a rehearsal, in milliseconds; a minute when left out. */
  readonly graceMs?: number;
}

const GRACE_MS = 60_000;

/**
 * Keeps the definitions of a dump for its rehearsal, since the dump is removed as soon as it is zipped. Fails for nothing but an abort.
 * @param rows where the rows are in the dump
 */
export async function keepDefinitions(
  { upcoming, path: dump, source, backup }: RunningDump,
  { spool, rows, size, signal }: { spool: Spool; rows: readonly RowRange[]; size: number; signal: AbortSignal },
): Promise<RehearsalDue | undefined> {
  if (upcoming === undefined) return undefined;
  if (upcoming === 'unknown')
    return { source, why: 'the server of the source could not be asked about its definitions' };
  const path = spool.pathOf(definitionsName(backup.fileName));
  try {
    await copyWithoutRows(dump, path, { rows, size, signal });
    return { source, upcoming, path };
  } catch (error) {
    await rm(path, { force: true }).catch(() => {});
    signal.throwIfAborted();
    return { source, why: `its definitions could not be copied: ${messageOf(error)}` };
  }
}

/**
 * The stage between zip and upload: loads what was dumped, without its rows, and writes the result into the manifest. A zip
 * waits with its manifest meanwhile: when the run is killed, the next one delivers it without a rehearsal.
 * @returns the same backup with its manifest; it is incomplete where its dump does not load
 * @throws the signal's reason when aborted
 */
export async function rehearseZip(
  zipped: ZippedBackup,
  { rehearsals, spool, room, graceMs = GRACE_MS }: RehearseStageOptions,
  signal: AbortSignal,
): Promise<ZippedBackup> {
  const { rehearsal: due, manifest, ...rest } = zipped;
  if (due === undefined || manifest === undefined || rehearsals === undefined) return zipped;
  using hurry = new Hurry(room, graceMs);
  const result = await outcomeOf(due, manifest, { rehearsals, hurry: hurry.signal });
  signal.throwIfAborted();
  const rehearsed = withRehearsal(manifest, due, result);
  await writeManifest(spool.manifestPathOf(zipped.backup.fileName), rehearsed).catch(error =>
    // It is sent from memory; only a later run would send the one without.
    log.warn('manifest cannot be written again', { database: zipped.backup.database, error }),
  );
  return { ...rest, manifest: rehearsed };
}

/** Ends a rehearsal, or the wait for it, when a dump waits for the room that its zip takes. */
class Hurry implements Disposable {
  readonly #hurry = new AbortController();
  readonly #over = new AbortController();

  constructor(room: DiskRoom, graceMs: number) {
    void this.#watch(room, graceMs).catch(() => {});
  }

  get signal(): AbortSignal {
    return this.#hurry.signal;
  }

  [Symbol.dispose](): void {
    this.#over.abort();
  }

  async #watch(room: DiskRoom, graceMs: number): Promise<void> {
    const { signal } = this.#over;
    await sleep(graceMs, undefined, { signal });
    await room.whenShort(signal);
    const advice = 'Make room in the work folder, or choose a folder on a larger disk with --work-dir.';
    this.#hurry.abort(new NotRehearsed('another dump waited for room in the work folder', { advice }));
  }
}

async function outcomeOf(
  due: RehearsalDue,
  { inventory }: Manifest,
  { rehearsals, hurry }: { rehearsals: Rehearsals; hurry: AbortSignal },
): Promise<RehearsalResult> {
  if ('why' in due) return rehearsals.withReason(notRehearsed(due.why));
  try {
    return await rehearsals.rehearse(due.upcoming, { path: due.path, inventory, hurry });
  } finally {
    await rm(due.path, { force: true }).catch(() => {});
  }
}

function withRehearsal(manifest: Manifest, { source }: RehearsalDue, { record, findings }: RehearsalResult): Manifest {
  const redact = sourceRedactor(source);
  const all = [...(manifest.findings ?? []), ...findings.map(redact.finding)];
  return {
    ...manifest,
    findings: all,
    state: stateOf(all) === 'complete' ? 'complete' : 'incomplete',
    rehearsal: {
      ...record,
      reason: record.reason === null ? null : redact.text(record.reason),
      left_out: record.left_out.map(redact.text),
    },
  };
}
