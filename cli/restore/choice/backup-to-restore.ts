import type { Manifest } from '../../../protocol/manifest.ts';
import type { StoredState } from '../../../protocol/responses.ts';

/** The backup that a restore loads. */
export interface BackupToRestore {
  /** The label under which its history is kept; of a file that says none, the one that was named. */
  readonly label: string;
  /** Where its zip is: the service keeps it under an id, or it is a file of this machine. */
  readonly from: { readonly id: number } | { readonly path: string };
  /** The name of the zip, without a path. */
  readonly fileName: string;
  /** When its dump began; undefined for a file whose name and manifest do not say it. */
  readonly takenAt: Date | undefined;
  /** What the service or the manifest says; undefined for a file without a manifest. */
  readonly state: StoredState | undefined;
  /** Bytes of the zip, and of the plain dump where that is known. */
  readonly zipBytes: number;
  readonly dumpBytes: number | undefined;
  /** 64 hexadecimal digits. */
  readonly zipSha256: string | undefined;
  readonly manifest: Manifest | undefined;
  /** Why it is restored only with --force. */
  readonly doubts: readonly string[];
  /** What a person should know before. */
  readonly notes: readonly string[];
}

/** @returns the id of a backup that the service keeps; undefined for a file */
export function idOf({ from }: Pick<BackupToRestore, 'from'>): number | undefined {
  return 'id' in from ? from.id : undefined;
}
