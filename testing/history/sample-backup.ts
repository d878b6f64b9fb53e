import { Backup } from '../../server/entities/backup.entity.ts';
import { Database } from '../../server/entities/database.entity.ts';
import { type SampleZip, sampleZip } from '../zips/sample-zip.ts';

interface Wish extends Partial<Omit<Backup, 'database' | 'fileName' | 'sha256'>> {
  /** Which is stored. */
  readonly zip?: SampleZip;
}

/** Makes a row of the history that no store knows: of a sound zip that came without a manifest, as wished otherwise. */
export function sampleBackup({ zip = sampleZip(), ...wish }: Wish = {}): Backup {
  return Object.assign(new Backup(), {
    ...{ id: 1, database: Object.assign(new Database(), { id: 1, name: zip.database }), fileName: zip.fileName },
    ...{ takenAt: new Date('2023-10-31T00:00:00Z'), receivedAt: new Date('2023-10-31T00:00:07.123Z') },
    ...{ size: zip.bytes.length, sha256: zip.sha256, dumpSize: zip.dump.size, dumpSha256: zip.dump.sha256 },
    ...{ state: 'unverified', findings: null, findingCount: 0, manifest: null, checkedAt: null, damage: null },
    ...{ shrunkFrom: null, acceptedAt: null, acceptedBy: null, acceptedFor: null },
    ...wish,
  });
}
