import { type ParsedBackupName, parseBackupName } from '../../../protocol/backup-name.ts';
import { messageOf } from '../../errors/error-code.ts';
import type { EntityManager } from '../../history/orm.ts';
import type { FileAddress, Storage } from '../../storage/storage.ts';
import { readSidecar } from '../sidecar/read-stored.ts';
import { recordedNames } from './recorded-names.ts';

/** A zip, or the record of one, that the history does not know. */
export interface OrphanFile {
  readonly name: ParsedBackupName;
  /** Whether the zip is there. */
  readonly isStored: boolean;
  /** What its record says of it, if there is a sound one. */
  readonly recorded: { readonly id: number; readonly receivedAt: Date } | undefined;
  /** What is wrong with its record, if it has one that is not sound. */
  readonly recordProblem: string | undefined;
}

/** A file that is not a backup, although its name may look like one. */
interface Misfit {
  readonly address: FileAddress;
  readonly problem: string;
}

/** Compares the storage with the history, database by database. */
export async function* orphanFiles({
  em,
  storage,
}: {
  em: EntityManager;
  storage: Storage;
}): AsyncGenerator<OrphanFile | Misfit> {
  for await (const { database, fileNames, withMetadata } of storage.list()) {
    const { all: known } = await recordedNames(em, database);
    const [stored, withRecord] = [new Set(fileNames), new Set(withMetadata)];
    for (const fileName of new Set([...stored, ...withRecord])) {
      if (known.has(fileName)) continue;
      const isStored = stored.has(fileName);
      yield look(storage, { database, fileName }, { isStored, hasRecord: withRecord.has(fileName) });
    }
  }
}

async function look(
  storage: Storage,
  address: FileAddress,
  { isStored, hasRecord }: { isStored: boolean; hasRecord: boolean },
): Promise<OrphanFile | Misfit> {
  const name = parseBackupName(address.fileName);
  if (typeof name === 'string') return { address, problem: `its name ${name}` };
  if (name.database !== address.database)
    return { address, problem: `its name belongs to the database ${name.database}` };
  const base = { name, isStored, recorded: undefined, recordProblem: undefined };
  if (!hasRecord) return base;
  try {
    const record = await readSidecar(storage, name);
    if (typeof record !== 'string') return { ...base, recorded: { id: record.id, receivedAt: record.receivedAt } };
    return isStored ? { ...base, recordProblem: record } : { address, problem: `its record ${record}` };
  } catch (error) {
    // A record that can't be read today may be read tomorrow: until then nothing is put in its place.
    return { address, problem: `its record cannot be read: ${messageOf(error)}` };
  }
}
