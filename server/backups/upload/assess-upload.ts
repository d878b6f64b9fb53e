import { parseManifest } from '../../../protocol/manifest.ts';
import type { EntityManager } from '../../history/orm.ts';
import { nextTurn } from '../../process/turns.ts';
import { assessBackup } from '../assessment/assess-backup.ts';
import type { ZipFacts } from '../assessment/check-zip.ts';
import { sortTime } from '../assessment/sort-time.ts';
import { findReference } from '../losses/find-reference.ts';
import { manifestTurn } from '../losses/manifest-turns.ts';
import { contentCounts, type Recordable } from '../sidecar/insert-backup.ts';
import type { ReceivedUpload } from './upload-receiver.ts';

/**
 * Finds what an upload is worth: by its manifest, by what the zip was seen to hold, and by the backup before it. The whole
 * manifest is parsed again, one at a time: while the file came in, only its text was kept.
 * @returns what is to be recorded of it
 */
export function assessUpload(
  { em }: { em: EntityManager },
  { name, file, manifest }: ReceivedUpload,
  { dump }: ZipFacts,
): Promise<Recordable> {
  const json = manifest?.json;
  return manifestTurn(json?.length ?? 0, async () => {
    const manifest = json === undefined ? undefined : parseManifest(json);
    await nextTurn();
    const receivedAt = new Date();
    const times = { takenAt: name.takenAt, receivedAt };
    const reference = manifest && (await findReference(em, name, sortTime(times), manifest));
    await nextTurn();
    return {
      ...assessBackup({ manifest, dump, reference, times }),
      name,
      receivedAt,
      // What was received is on the disk, and has just been read from there.
      checkedAt: dump ? receivedAt : null,
      size: file.size,
      sha256: file.sha256,
      dump,
      manifest: json,
      contents: contentCounts(manifest),
    };
  });
}
