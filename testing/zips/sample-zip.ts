import { createHash, randomUUID } from 'node:crypto';
import AdmZip from 'adm-zip';
import { entryNameOf, formatBackupName } from '../../protocol/backup-name.ts';

/** A zip as a client would send it. */
export interface SampleZip {
  readonly database: string;
  readonly fileName: string;
  readonly bytes: Buffer;
  readonly sha256: string;
  /** The plain dump in it. */
  readonly dump: { readonly size: number; readonly sha256: string };
}

interface Wish {
  readonly database?: string;
  /** `2023-10-31T00:00:00Z` */
  readonly takenAt?: string;
  readonly fileName?: string;
  readonly entryName?: string;
  readonly content?: string | Buffer;
}

/** Makes a zip with the independent writer adm-zip; right in every respect that is not wished otherwise. */
export function sampleZip(wish: Wish = {}): SampleZip {
  const { database = 'pt_xyz', takenAt = '2023-10-31T00:00:00Z', content = '-- Dump completed\n' } = wish;
  const fileName = wish.fileName ?? formatBackupName({ database, takenAt: new Date(takenAt), id: randomUUID() });
  const zip = new AdmZip();
  const plain = Buffer.from(content);
  zip.addFile(wish.entryName ?? entryNameOf(fileName), plain);
  const bytes = zip.toBuffer();
  const dump = { size: plain.length, sha256: sha256Of(plain) };
  return { database, fileName, bytes, sha256: sha256Of(bytes), dump };
}

function sha256Of(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
