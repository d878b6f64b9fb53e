import { once } from 'node:events';
import type { DumpStatement } from '../../dump-statements/dump-statement.ts';
import { statementsOf } from '../../dump-statements/statements-of.ts';
import { CommandError, codeOf, EXIT, messageOf } from '../../errors.ts';
import type { FilterChange } from '../../restore-filter/filter-options.ts';
import { RestoreFilter } from '../../restore-filter/restore-filter.ts';
import type { ZippedDump } from '../../unzip/zipped-dump.ts';
import type { BackupToRestore } from '../choice/backup-to-restore.ts';
import type { RestoreWish } from '../target/restore-wish.ts';
import { filterOptions } from './load-backup.ts';

/** The largest packet that any server takes. */
const ANY_PACKET = 2 ** 30;

export interface ToStdout {
  readonly backup: BackupToRestore;
  readonly wish: RestoreWish;
  readonly zip: ZippedDump;
  readonly stdout: NodeJS.WriteStream;
  readonly signal: AbortSignal;
}

/**
 * Writes the SQL that would be sent to a server of the backup's own flavour and version, so that a database client can read it.
 * @returns what the filter did
 * @throws {ExplainedError} when the dump can't be read or a statement is refused: what was written until then is not whole
 */
export async function writeSql({ backup, wish, zip, stdout, signal }: ToStdout): Promise<readonly FilterChange[]> {
  const { server, database } = backup.manifest?.source ?? {};
  const facts = {
    flavour: server?.flavour ?? 'mariadb',
    version: server?.version ?? '99.0',
    maxPacketBytes: ANY_PACKET,
  };
  const filter = new RestoreFilter(
    filterOptions({ backup, wish, preflight: { facts } }, database ?? backup.label, false),
  );
  const out = new SqlWriter(stdout);
  for (const setting of filter.settings) await out.text(`${setting.replace(/;$/, '')};\n`);
  for await (const statement of statementsOf(zip.read())) {
    signal.throwIfAborted();
    for (const sent of filter.apply(statement)) await out.statement(sent);
  }
  for (const sent of filter.end()) await out.statement(sent);
  return filter.changes;
}

/** Kinds in whose bodies a semicolon may stand. */
const HAVE_BODIES = new Set(['triggers', 'procedures', 'functions', 'packages', 'package_bodies', 'events']);

class SqlWriter {
  readonly #stdout: NodeJS.WriteStream;
  #failure: Error | undefined;

  constructor(stdout: NodeJS.WriteStream) {
    this.#stdout = stdout;
    stdout.once('error', error => {
      this.#failure = error;
    });
  }

  async text(text: string): Promise<void> {
    await this.#write(Buffer.from(text));
  }

  /** A client sends what stands before its delimiter. */
  async statement({ bytes, kind, object }: DumpStatement): Promise<void> {
    const hasBody = kind === 'create' && object !== undefined && HAVE_BODIES.has(object.kind);
    if (hasBody) await this.text('DELIMITER ;;\n');
    // They are valid until the next statement only.
    await this.#write(Buffer.from(bytes));
    await this.text(hasBody ? ' ;;\nDELIMITER ;\n' : ';\n');
  }

  async #write(bytes: Buffer): Promise<void> {
    if (!this.#failure && !this.#stdout.write(bytes))
      await Promise.race([once(this.#stdout, 'drain'), once(this.#stdout, 'close')]).catch(() => {});
    if (this.#failure) throw notTaken(this.#failure);
  }
}

function notTaken(error: Error): CommandError {
  const why = codeOf(error) === 'EPIPE' ? 'the program that reads it has ended' : messageOf(error);
  return new CommandError(`stdout can't be written: ${why}`, EXIT.noneSucceeded, { cause: error });
}
