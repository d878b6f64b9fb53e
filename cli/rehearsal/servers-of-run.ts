import { join } from 'node:path';
import { ExplainedError, messageOf } from '../errors.ts';
import { freeBytesOf } from '../files/disk-space.ts';
import { log } from '../log.ts';
import { formatBytes } from '../terminal/format.ts';
import { DATA_CACHE } from '../throwaway-server/private-folder.ts';
import { programFor, type ServerProgram } from '../throwaway-server/server-programs.ts';
import { startThrowawayServer, type ThrowawayServer } from '../throwaway-server/throwaway-server.ts';
import { HOW_TO_GET_ONE } from './how-to-get-one.ts';

/** What the server of a rehearsal has to be like. */
export interface ServerWanted {
  readonly flavour: 'mysql' | 'mariadb';
  /** That of the source. */
  readonly version: string;
  readonly lowerCaseTableNames: 0 | 1;
}

/** Why there is no rehearsal: a sentence without its end, such as `no mysqld of 9.7 or later is on this machine`. */
export class NotRehearsed extends ExplainedError {
  override readonly name = 'NotRehearsed';
}

/** A throwaway server takes about 150 MiB of the disk; the dumps must have the room that they need. */
const FREE_BYTES = 1 << 30;

/** Longer than it takes on a busy machine: the server gets what dumps and zips leave of the cores. */
const START_WITHIN_MS = 5 * 60_000;

/** Starts a throwaway server of each sort when it is first needed, and ends them all. */
export class ServersOfRun implements AsyncDisposable {
  readonly #folder: string;
  readonly #programs: Promise<readonly ServerProgram[]>;
  readonly #signal: AbortSignal;
  readonly #servers = new Map<string, Promise<ThrowawayServer>>();

  /** @param folder the work folder */
  constructor(folder: string, programs: Promise<readonly ServerProgram[]>, signal: AbortSignal) {
    this.#folder = folder;
    this.#programs = programs;
    this.#signal = signal;
    programs.catch(() => {});
  }

  /**
   * @returns the server, once it is ready
   * @throws {NotRehearsed} why it cannot have one
   */
  async for(wanted: ServerWanted): Promise<ThrowawayServer> {
    const program = programFor(await this.#programs, wanted);
    if (program === undefined) throw new NotRehearsed(...noServer(wanted));
    const key = `${program.path} ${wanted.lowerCaseTableNames}`;
    let starting = this.#servers.get(key);
    const isOver = starting !== undefined && (await hasEnded(starting));
    if (isOver) await (await starting)?.[Symbol.asyncDispose]();
    if (starting === undefined || isOver) {
      starting = this.#start(program, wanted);
      starting.catch(() => {});
      this.#servers.set(key, starting);
    }
    return await starting;
  }

  /** Ends all, however they are. Never throws. */
  async [Symbol.asyncDispose](): Promise<void> {
    const all = await Promise.allSettled(this.#servers.values());
    for (const it of all) if (it.status === 'fulfilled') await it.value[Symbol.asyncDispose]();
  }

  async #start(program: ServerProgram, { lowerCaseTableNames }: ServerWanted): Promise<ThrowawayServer> {
    const free = await freeBytesOf(this.#folder);
    if (free < FREE_BYTES)
      throw new NotRehearsed(`the work folder has only ${formatBytes(free)} free`, {
        advice: `A rehearsal starts where at least ${formatBytes(FREE_BYTES)} are free.`,
      });
    const started = performance.now();
    const signal = AbortSignal.any([this.#signal, AbortSignal.timeout(START_WITHIN_MS)]);
    try {
      const server = await startThrowawayServer({
        ...{ program, folder: this.#folder, cache: join(this.#folder, DATA_CACHE), signal },
        ...{ lowerCaseTableNames, tablesShareFile: true, isBackground: true },
      });
      log.debug('rehearsal server is ready', { program: program.path, seconds: (performance.now() - started) / 1000 });
      return server;
    } catch (error) {
      this.#signal.throwIfAborted();
      const advice = error instanceof ExplainedError ? error.advice : undefined;
      throw new NotRehearsed(messageOf(error), { cause: error, advice });
    }
  }
}

/** One that could not be started is not tried again. */
function hasEnded(starting: Promise<ThrowawayServer>): Promise<boolean> {
  return starting.then(
    server => server.hasEnded,
    () => false,
  );
}

function noServer({ flavour, version }: ServerWanted): [string, { advice: string }] {
  const series = version.split('.').slice(0, 2).join('.');
  return [`no ${PROGRAMS[flavour]} ${series} or later is on this machine`, { advice: HOW_TO_GET_ONE[flavour] }];
}

const PROGRAMS = { mariadb: 'mariadbd', mysql: 'mysqld' } as const;
