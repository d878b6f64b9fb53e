import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer, type Server } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect } from 'chai';
import { EXIT, type InterruptingSignal } from '../../cli/errors.ts';
import { readLastRun } from '../../cli/report/last-run.ts';
import { findOrphanedDumps } from '../../cli/spool/orphaned-dumps.ts';
import { spoiledDumpProgram } from '../../testing/cli/fake-mysqldump.ts';
import { FaultScene } from '../../testing/cli/fault-scene.ts';
import type { FaultTrial } from '../../testing/cli/fault-trial.ts';
import { Terminal } from '../../testing/cli/terminal.ts';
import { SHOP } from '../../testing/databases/shop.ts';
import { portOf } from '../../testing/free-port.ts';
import { until } from '../../testing/until.ts';

const MAIN = join(import.meta.dirname, '../../cli/main.ts');

/** Told apart from what sleeps in other tests. */
const SLEEP = `sleep 3${process.pid}`;

/** How a person, or the system, ends a program on a terminal. */
const WAYS: readonly { signal: InterruptingSignal; how: string; send: (terminal: Terminal) => void | Promise<void> }[] =
  [
    { signal: 'SIGINT', how: 'Ctrl-C', send: terminal => terminal.type('\x03') },
    { signal: 'SIGQUIT', how: 'Ctrl-\\', send: terminal => terminal.type('\x1c') },
    { signal: 'SIGTERM', how: 'SIGTERM', send: async terminal => void process.kill(await terminal.pid(), 'SIGTERM') },
    { signal: 'SIGHUP', how: 'a lost line', send: terminal => terminal.hangUp() },
  ];

describe('on a terminal sade backup', function () {
  this.timeout(60_000);

  let scene: FaultScene;
  let trial: FaultTrial;
  let database: string;
  /** The path of 10 MB that no zip makes small. */
  let noise: string;
  const open: AsyncDisposable[] = [];

  before(async () => {
    scene = await FaultScene.open();
    database = await scene.createDatabase(SHOP);
    noise = join(scene.folder, 'noise');
    await writeFile(noise, randomBytes(10_000_000));
  });
  after(() => scene[Symbol.asyncDispose]());
  beforeEach(async () => {
    trial = await scene.trial(database);
    await trial.place.list(['a', 'b', 'c'].map(name => ({ ...trial.entry, name })));
  });
  afterEach(async () => {
    for (const each of open.splice(0)) await each[Symbol.asyncDispose]();
    await trial[Symbol.asyncDispose]();
  });

  /** Starts it on a terminal of its own, with a program that makes its dumps. */
  const start = async (dump: string, { server = trial.url, more = [] as string[], path = '' } = {}) => {
    const program = path || (await spoiledDumpProgram(trial.place.folder, dump));
    const args = trial.place.args(
      server,
      '--mysqldump',
      program,
      '--mariadb-dump',
      program,
      '--dump-workers',
      '2',
      ...more,
    );
    const terminal = Terminal.open([process.execPath, MAIN, ...args], { columns: 120 });
    open.unshift(terminal);
    return terminal;
  };

  const HANGS = `header; rows 1000000; exec ${SLEEP}`;

  interface Stage {
    readonly stage: string;
    /** Brings a run there. @returns its terminal, how many finished zips must be kept, and whether to stop takes its time */
    readonly reach: () => Promise<{ terminal: Terminal; kept?: number; isLong?: boolean }>;
  }

  const STAGES: readonly Stage[] = [
    {
      stage: 'while it asks the dump programs what they are',
      reach: async () => {
        const path = await spoiledDumpProgram(trial.place.folder, '', {
          claims: `'; touch $0.asked; exec ${SLEEP}; '`,
        });
        const terminal = await start('', { path });
        await until('the dump program is asked', async () =>
          (await readdir(trial.place.folder)).includes('spoiled-dump.asked'),
        );
        return { terminal, isLong: false };
      },
    },
    {
      stage: 'during the preflight',
      reach: async () => {
        const silent = createServer({ allowHalfOpen: true }, socket => socket.on('error', () => {}).resume());
        const port = await listening(silent);
        await trial.place.list(['a', 'b', 'c'].map(name => ({ ...trial.entry, name, db_port: String(port) })));
        const asked = once(silent, 'connection');
        const terminal = await start(HANGS);
        await asked;
        return { terminal };
      },
    },
    {
      stage: 'during the dumps',
      reach: async () => {
        const terminal = await start(HANGS);
        await terminal.shows(/^dump .* a$\n^dump .* b$/m);
        await until('two programs at work', () => findOrphanedDumps(trial.place.workDir).length === 2);
        return { terminal };
      },
    },
    {
      stage: 'while it zips',
      reach: async () => {
        const terminal = await start(`header; for _ in 1 2 3 4 5 6 7 8 9 10; do cat '${noise}'; done; marker`, {
          more: ['--level', '9'],
        });
        await terminal.shows(/^zip .* [abc]$/m);
        return { terminal };
      },
    },
    {
      stage: 'during an upload',
      reach: async () => {
        const server = createHttpServer(request => request.resume());
        const port = await listening(server);
        const asked = once(server, 'request');
        const terminal = await start('mariadb-dump "$@"', { server: `http://127.0.0.1:${port}` });
        await asked;
        await terminal.shows(/(^upload .* [abc]$\n){3}/m);
        return { terminal, kept: 3 };
      },
    },
    {
      stage: 'in the pause before an upload is tried again',
      reach: async () => {
        let refused = 0;
        const server = createHttpServer((request, response) => {
          request.resume().on('end', () => response.writeHead(503, { 'retry-after': '50' }).end());
          response.on('finish', () => refused++);
        });
        const port = await listening(server);
        const terminal = await start('mariadb-dump "$@"', { server: `http://127.0.0.1:${port}` });
        const zips = async () => (await trial.spooled()).filter(name => name.endsWith('.zip'));
        await until(
          'three zips, and an upload that was refused',
          async () => refused > 0 && (await zips()).length === 3,
        );
        return { terminal, kept: 3 };
      },
    },
  ];

  /** @returns the port; closed with all its connections when the test has ended */
  const listening = async (server: Server | ReturnType<typeof createServer>): Promise<number> => {
    const sockets = new Set<{ destroy(): void }>();
    server.on('connection', socket => sockets.add(socket));
    open.push({
      [Symbol.asyncDispose]: async () => {
        server.close();
        for (const socket of sockets) socket.destroy();
      },
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return portOf(server);
  };

  for (const { stage, reach } of STAGES)
    describe(stage, () => {
      for (const { signal, how, send } of WAYS)
        it(`stops at ${how}, leaves nothing half-done, and says what was not done (${signal})`, async () => {
          const { terminal, kept = 0, isLong = true } = await reach();
          const pid = await terminal.pid();
          await send(terminal);
          await until('sade has ended', () => !isAlive(pid));
          await expectStopped(signal, kept);
          if (signal !== 'SIGHUP') await expectTold(terminal, signal, isLong);
        });
    });

  const expectStopped = async (signal: InterruptingSignal, kept: number) => {
    const left = await trial.spooled();
    expect(
      left.filter(name => !/\.sql\.zip(\.json)?$/.test(name)),
      'half-done',
    ).to.deep.equal([]);
    expect(left.filter(name => name.endsWith('.zip'))).to.have.length(kept);
    expect(await processesOf(trial.place.folder), 'children').to.deep.equal([]);
    const lastRun = await readLastRun(trial.place.workDir);
    expect(lastRun).to.deep.include({
      interruptedBy: signal,
      exitCode: EXIT.interrupted[signal],
      notDone: ['a', 'b', 'c'],
    });
    expect(lastRun!.kept).to.have.length(kept);
  };

  const expectTold = async (terminal: Terminal, signal: InterruptingSignal, isLong: boolean) => {
    expect(await terminal.exitCode).to.equal(EXIT.interrupted[signal]);
    const screen = await terminal.screen();
    if (isLong) expect(screen).to.contain(`interrupted by ${signal}: stopping; `);
    expect(screen).to.contain(`Interrupted (${signal}): 3 of 3 databases not done`);
    expect(screen, 'live lines that stay').not.to.match(/^(dump|zip|upload) /m);
    expect(terminal.bytes, 'the cursor is never hidden: what is killed cannot show it again').not.to.contain(
      '\x1b[?25l',
    );
  };
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** @returns the command lines of all that the dump program in that folder has become, or runs */
async function processesOf(folder: string): Promise<string[]> {
  const ids = (await readdir('/proc')).filter(name => /^\d+$/.test(name));
  const running = await Promise.all(ids.map(id => readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '')));
  const lines = running.map(line => line.replaceAll('\0', ' ').trim());
  return lines.filter(line => line === SLEEP || line.startsWith(`/bin/sh ${folder}/`));
}
