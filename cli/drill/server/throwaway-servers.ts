import { ExplainedError } from '../../errors.ts';
import { diskUseOf } from '../../files/disk-space.ts';
import { log } from '../../log.ts';
import { programFor, type ServerProgram } from '../../throwaway-server/server-programs.ts';
import { memoryOf, ServerWatch } from '../../throwaway-server/server-watch.ts';
import { startThrowawayServer, type ThrowawayServer } from '../../throwaway-server/throwaway-server.ts';
import type { DrillDatabase, DrillServer, DrillServers, NewDatabase, SourceServer } from './drill-server.ts';

const LONGEST_PACKET = 1 << 30;

/** Loads of large tables want more pages in memory than a server without rows. */
const BUFFER_POOL_MIB = 128;

/** A server's system tablespace never shrinks: after so many databases a new one is started. */
const DATABASES_PER_SERVER = 50;

/** One that has grown larger on the disk while it had other databases is not used again, in bytes. */
const MOST_LEFT = 512 << 20;

interface Wanted {
  readonly program: ServerProgram;
  readonly lowerCaseTableNames: 0 | 1;
}

function isLike(a: Wanted, b: Wanted): boolean {
  return a.program === b.program && a.lowerCaseTableNames === b.lowerCaseTableNames;
}

/** Starts servers of the programs of this machine, one at a time, and keeps each for the next backups of its kind. */
export class ThrowawayServers implements DrillServers {
  readonly named = [];
  readonly #programs: readonly ServerProgram[];
  readonly #folder: string;
  readonly #maxMemoryBytes: number;
  #running: { readonly server: ThrowawayServer; readonly wanted: Wanted; used: number } | undefined;

  /**
   * @param folder an existing folder of this user
   * @param maxMemoryBytes what a server may take
   */
  constructor(programs: readonly ServerProgram[], folder: string, maxMemoryBytes = Number.POSITIVE_INFINITY) {
    this.#programs = programs;
    this.#folder = folder;
    this.#maxMemoryBytes = maxMemoryBytes;
  }

  async serverFor(source: SourceServer, signal: AbortSignal): Promise<DrillServer> {
    const program = programFor(this.#programs, source);
    if (program === undefined) throw noProgram(source, this.#programs);
    // No server on Linux can have 2, which only ignores case where the file system does.
    const lowerCaseTableNames = source.lowerCaseTableNames === 1 ? 1 : 0;
    const server = await this.#start({ program, lowerCaseTableNames }, signal);
    return {
      ...{ kind: 'throwaway', host: null, flavour: server.flavour, version: server.version },
      ...{ maxPacketBytes: LONGEST_PACKET, ignoresCase: lowerCaseTableNames === 1 },
      createDatabase: (wanted, ending) => createDatabase(server, wanted, ending),
      // The room on the disk is watched during all of a drill.
      watch: (limits, ending) => new ServerWatch(server, this.#folder, ending, { ...limits, leastFree: 0 }),
    };
  }

  async #start(wanted: Wanted, signal: AbortSignal): Promise<ThrowawayServer> {
    const running = this.#running;
    if (running && isLike(running.wanted, wanted) && (await this.#isGood(running))) {
      running.used++;
      return running.server;
    }
    await this.renew();
    const options = { ...wanted, folder: this.#folder, bufferPoolMiB: BUFFER_POOL_MIB, signal };
    const server = await startThrowawayServer(options);
    this.#running = { server, wanted, used: 1 };
    return server;
  }

  /** What earlier drills have left in it must not count against the bounds of the next one. */
  async #isGood({ server, used }: { readonly server: ThrowawayServer; readonly used: number }): Promise<boolean> {
    if (server.hasEnded || used >= DATABASES_PER_SERVER) return false;
    if ((await memoryOf(server.pid)) > this.#maxMemoryBytes / 2) return false;
    return (await diskUseOf(server.folder)) <= MOST_LEFT;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.renew();
  }

  async renew(): Promise<void> {
    await this.#running?.server[Symbol.asyncDispose]();
    this.#running = undefined;
  }
}

/** Under its own name: then all is dumped again in the same words. */
async function createDatabase(
  server: ThrowawayServer,
  { original, characterSet, collation }: NewDatabase,
  signal: AbortSignal,
): Promise<DrillDatabase> {
  const made = await server.createDatabase(original, { characterSet, collation, mayReferOutside: true });
  const accounts: AsyncDisposable[] = [];
  return {
    loader: made.source,
    async reader() {
      const reader = await server.createReader(original);
      accounts.push(reader);
      return reader.source;
    },
    async allowDefiner(definer) {
      accounts.push(await server.createDefiner(definer, original));
    },
    async [Symbol.asyncDispose]() {
      // A statement that goes on would keep its database from being dropped.
      if (signal.aborted) await server.kill();
      for (const one of [...accounts, made])
        try {
          await one[Symbol.asyncDispose]();
        } catch (error) {
          // A server that was ended has nothing left to drop.
          log.debug('drill database is not dropped', { error });
        }
    },
  };
}

function noProgram(source: { flavour: string; version: string }, programs: readonly ServerProgram[]): ExplainedError {
  const name = source.flavour === 'mysql' ? 'MySQL' : 'MariaDB';
  const there = programs.map(({ path, version }) => `${path} (${version})`);
  const what = there.length > 0 ? `; there is ${there.join(' and ')}` : '';
  const option = source.flavour === 'mysql' ? '--mysqld' : '--mariadbd';
  return new ExplainedError(
    `no server program of ${name} ${seriesOf(source.version)} or newer was found on this machine${what}`,
    {
      advice:
        source.flavour === 'mysql'
          ? `Install a MySQL server, and name its program with ${option} if it is not found. Or name a server with --drill-server.`
          : `Install one (Debian: apt-get install mariadb-server-core), or name it with ${option}. Or name a server with --drill-server.`,
    },
  );
}

function seriesOf(version: string): string {
  return version.split('.').slice(0, 2).join('.');
}
