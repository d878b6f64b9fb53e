import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { v4 as uuid } from 'uuid';
import type { DatabaseSource } from '../../config/databases.ts';
import type { TargetServer } from '../../config/targets.ts';
import { ExplainedError, messageOf } from '../../errors.ts';
import { log } from '../../log.ts';
import { connect, type Session } from '../../mysql/connect.ts';
import { addressOf } from '../../mysql/explain-connecting.ts';
import { askServerFacts } from '../../mysql/server-facts.ts';
import { sourcesRedactor } from '../../secrets/source-redactor.ts';
import type { DrillDatabase, DrillServer, DrillServers, NewDatabase } from './drill-server.ts';

const PREFIX = 'lumbung_drill_';

/** A note in the work folder for each database that is on the server, so that a run that was killed leaves none. */
const NOTE = /^lumbung_drill_[\da-f-]{36}$/;

/** How long dropping a database may take once the run is over. */
const DROP_WITHIN_MS = 60_000;

/** A server that was named: on it only databases `lumbung_drill_{uuid}` are made, and dropped. */
export class GivenServer implements DrillServers {
  readonly #target: TargetServer;
  readonly #folder: string;

  /** @param folder keeps notes of the databases that are on the server */
  constructor(target: TargetServer, folder: string) {
    this.#target = target;
    this.#folder = folder;
  }

  async serverFor({ flavour }: { flavour: 'mysql' | 'mariadb' }, signal: AbortSignal): Promise<DrillServer> {
    using session = await connect(this.#source(), { signal });
    const facts = await askServerFacts(session);
    const host = addressOf(this.#source());
    if (facts.flavour !== flavour)
      throw new ExplainedError(`the drill server ${host} is not of the flavour of the backup (${flavour})`, {
        advice: 'Name a server of that flavour with --drill-server, or leave the option out.',
      });
    return {
      ...{ kind: 'given', host, flavour, version: facts.version },
      ...{ maxPacketBytes: facts.maxPacketBytes, ignoresCase: facts.ignoresCase },
      createDatabase: (wanted, signal) => this.#create(wanted, signal),
      // Others work there: it is not ours to end.
      watch: (_, signal) => ({ signal, async [Symbol.asyncDispose]() {} }),
    };
  }

  /** Drops what a run that was killed has left. @returns a sentence for each database that could not be dropped */
  async sweep(): Promise<string[]> {
    const left = (await readdir(this.#folder)).filter(name => NOTE.test(name));
    const problems: string[] = [];
    for (const name of left)
      await this.#drop(name).catch(error =>
        problems.push(
          `${name}, left by a run that was killed, is not dropped: ${messageOf(sourcesRedactor(this.named).error(error))}`,
        ),
      );
    return problems;
  }

  get named(): readonly DatabaseSource[] {
    return [this.#source()];
  }

  async renew(): Promise<void> {}

  async [Symbol.asyncDispose](): Promise<void> {}

  async #create({ characterSet, collation }: NewDatabase, signal: AbortSignal): Promise<DrillDatabase> {
    const name = `${PREFIX}${uuid()}`;
    // Before it exists: a note without a database does no harm.
    await writeFile(join(this.#folder, name), '', { mode: 0o600 });
    try {
      using session = await connect(this.#source(), { signal });
      const charset = characterSet === undefined ? '' : ` character set ${characterSet}`;
      const collate = collation === undefined ? '' : ` collate ${collation}`;
      await session.ask(`create database \`${name}\`${charset}${collate}`).catch(error => {
        throw notMade(error, this.#source());
      });
    } catch (error) {
      await this.#drop(name).catch(() => {});
      throw error;
    }
    const source = this.#source(name);
    return {
      loader: source,
      allowDefiner: async () => {},
      reader: async () => source,
      [Symbol.asyncDispose]: () =>
        this.#drop(name).catch(error => log.warn('drill database is not dropped', { name, error })),
    };
  }

  /** Over a connection of its own: that of the run may have been broken off. */
  async #drop(name: string): Promise<void> {
    using session: Session = await connect(this.#source(), { signal: AbortSignal.timeout(DROP_WITHIN_MS) });
    await session.ask(`drop database if exists \`${name}\``);
    await rm(join(this.#folder, name), { force: true });
  }

  #source(database = 'information_schema'): DatabaseSource {
    return { ...this.#target, label: database, database, dumpOptions: [], shrinkLimitPercent: 0 };
  }
}

function notMade(error: unknown, source: DatabaseSource): ExplainedError {
  return new ExplainedError(`no database can be made on the drill server ${addressOf(source)}: ${messageOf(error)}`, {
    cause: error,
    advice: `As its administrator: GRANT ALL ON \`lumbung\\_drill\\_%\`.* TO that user.`,
  });
}
