import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { stat, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect } from 'chai';
import { EXIT, type InterruptingSignal } from '../../cli/errors.ts';
import { readLastRun } from '../../cli/report/last-run.ts';
import { findOrphanedDumps } from '../../cli/spool/orphaned-dumps.ts';
import { spoiledDumpProgram } from '../../testing/cli/fake-mysqldump.ts';
import { FaultScene } from '../../testing/cli/fault-scene.ts';
import type { FaultTrial } from '../../testing/cli/fault-trial.ts';
import { filesOnDisk } from '../../testing/cli/on-disk.ts';
import { DENO_PERMISSIONS, startSade } from '../../testing/cli/sade.ts';
import { Terminal } from '../../testing/cli/terminal.ts';
import { SHOP } from '../../testing/databases/shop.ts';
import { portOf } from '../../testing/free-port.ts';
import { OwnTime } from '../../testing/own-time.ts';
import { until } from '../../testing/until.ts';

const ROOT = join(import.meta.dirname, '../..');
const MAIN = join(ROOT, 'cli/main.ts');
/** The program itself: the script of npm around it would get the signals first. */
const DENO = [join(ROOT, 'node_modules/deno/deno'), 'run', '--quiet', ...DENO_PERMISSIONS];

const HANGS = 'header; rows 1000; exec sleep 300';
const STUBBORN = `trap '' INT TERM QUIT; ${HANGS}`;
const [CTRL_C, CTRL_Z] = ['\x03', '\x1a'];

describe('a signal', function () {
  this.timeout(60_000);
  filesOnDisk();

  let scene: FaultScene;
  let trial: FaultTrial;
  let database: string;
  before(async () => {
    // The package fetches the program itself out of another package when it is first run.
    execFileSync(process.execPath, [join(ROOT, 'node_modules/deno/bin.cjs'), '--version']);
    scene = await FaultScene.open();
    database = await scene.createDatabase(SHOP);
  });
  after(() => scene[Symbol.asyncDispose]());
  beforeEach(async () => {
    trial = await scene.trial(database);
  });
  afterEach(() => trial[Symbol.asyncDispose]());

  const argsOf = async (dump: string) => {
    const program = await spoiledDumpProgram(trial.place.folder, dump);
    return trial.place.args(trial.url, '--mysqldump', program, '--mariadb-dump', program);
  };
  const dumping = () => new RegExp(`^dump .* ${trial.label}$`, 'm');
  /** Until the program that dumps is at work: before that a dump is looked at, and shown already. */
  const untilDumping = () =>
    until('a dump that has begun', async () => {
      const [dump] = (await trial.spooled()).filter(name => name.endsWith('.sql'));
      return dump !== undefined && (await stat(join(trial.place.workDir, dump))).size > 1000;
    });
  const started = async (dump: string, runtime = [process.execPath]) => {
    const terminal = Terminal.open([...runtime, MAIN, ...(await argsOf(dump))]);
    await terminal.shows(dumping());
    await untilDumping();
    return terminal;
  };

  it('that comes a second time is answered, and the third ends sade and its dumps at once', async () => {
    await using terminal = await started(STUBBORN);
    terminal.type(CTRL_C);
    await terminal.shows('interrupted by SIGINT: stopping; ');
    terminal.type(CTRL_C);
    await terminal.shows('sade: still stopping; one more signal ends sade immediately');
    terminal.type(CTRL_C);
    using time = new OwnTime();
    expect(await terminal.exitCode).to.equal(EXIT.interrupted.SIGINT);
    expect(time.ms, 'less than the grace of a dump').to.be.below(3000);
    await until('the dump has ended', () => findOrphanedDumps(trial.place.workDir).length === 0);
  });

  for (const [signal, keys, code] of [
    ['SIGINT', CTRL_C, EXIT.interrupted.SIGINT],
    ['SIGQUIT', '\x1c', 128 + 9],
  ] as const)
    it(`that comes a third time ends sade immediately also while a file operation never comes back (${signal})`, async () => {
      // As an operation on a dead NFS mount: a pipe that no one writes to, opened as the module loads that everything else waits for.
      const hang = join(trial.place.folder, 'hang.mjs');
      execFileSync('mkfifo', [join(trial.place.folder, 'pipe')]);
      await writeFile(
        hang,
        `import { readFile } from 'node:fs/promises'; readFile(${JSON.stringify(join(trial.place.folder, 'pipe'))});`,
      );
      const command = [process.execPath, '--import', hang, MAIN, ...(await argsOf(STUBBORN))];
      await using terminal = Terminal.open(command);
      await terminal.shows(dumping());
      await untilDumping();
      terminal.type(keys);
      await terminal.shows(`interrupted by ${signal}: stopping; `);
      terminal.type(keys);
      await terminal.shows('sade: still stopping; one more signal ends sade immediately');
      terminal.type(keys);
      using time = new OwnTime();
      expect(await terminal.exitCode).to.equal(code);
      expect(time.ms, 'less than the grace of a dump').to.be.below(3000);
      await until('the dump has ended', () => findOrphanedDumps(trial.place.workDir).length === 0);
    });

  it('by Ctrl-Z clears the live lines, and fg goes on with them', async () => {
    await using terminal = Terminal.open(['bash', '--norc', '-i'], { env: { PS1: '$ ', PATH: process.env.PATH! } });
    const quoted = [process.execPath, MAIN, ...(await argsOf(HANGS))].map(word => `'${word}'`).join(' ');
    terminal.type(`clear; ${quoted}\r`);
    await terminal.shows(dumping());
    await untilDumping();
    terminal.type(CTRL_Z);
    await terminal.shows('Stopped');
    expect(await terminal.screen()).not.to.match(dumping());
    terminal.type('clear; fg\r');
    await terminal.shows(dumping());
    terminal.type(CTRL_C);
    await terminal.shows('NOT DONE 1');
    expect(await terminal.screen(), 'live lines that stay').not.to.match(dumping());
  });

  it('by Ctrl-Z where no shell could continue it is without effect', async () => {
    await using terminal = await started(HANGS);
    terminal.type(CTRL_Z);
    await terminal.shows(dumping());
    terminal.type(CTRL_C);
    expect(await terminal.exitCode).to.equal(EXIT.interrupted.SIGINT);
  });

  it('USR1 opens no inspector', async () => {
    await using terminal = await started(HANGS);
    process.kill(await terminal.pid(), 'SIGUSR1');
    terminal.type(CTRL_C);
    expect(await terminal.exitCode).to.equal(EXIT.interrupted.SIGINT);
    expect(terminal.bytes).not.to.contain('Debugger');
  });

  it('HUP is ignored without a terminal, as under nohup: the run goes on', async () => {
    const { child, ended } = startSade(await argsOf(HANGS));
    await untilDumping();
    child.kill('SIGHUP');
    child.kill('SIGTERM');
    expect((await ended).code).to.equal(EXIT.interrupted.SIGTERM);
    expect(await readLastRun(trial.place.workDir)).to.include({ interruptedBy: 'SIGTERM' });
  });

  for (const [signal, send] of [
    ['SIGINT', (terminal: Terminal) => terminal.type(CTRL_C)],
    ['SIGHUP', (terminal: Terminal) => terminal.hangUp()],
  ] as const)
    it(`${signal} stops sade under Deno as it does under Node`, async () => {
      await using terminal = await started(HANGS, DENO);
      const pid = await terminal.pid();
      send(terminal);
      await until('sade has ended', () => !isAlive(pid));
      expect((await trial.spooled()).filter(name => name.startsWith('mysql-'))).to.deep.equal([]);
      expect(findOrphanedDumps(trial.place.workDir)).to.deep.equal([]);
      expect(await readLastRun(trial.place.workDir)).to.include({ interruptedBy: signal });
      if (signal === 'SIGINT') expect(await terminal.exitCode).to.equal(EXIT.interrupted.SIGINT);
    });

  it('in the middle of a download leaves the part, and says that the same command continues the download', async () => {
    const headers = {
      'content-length': '1000',
      'repr-digest': `sha-256=:${'A'.repeat(43)}=:`,
      etag: '"1"',
      'content-disposition': 'attachment; filename="x"',
    };
    const half = createHttpServer((request, response) => {
      response.writeHead(200, headers);
      if (request.method === 'HEAD') response.end();
      else response.write('x'.repeat(400));
    });
    await once(half.listen(0, '127.0.0.1'), 'listening');
    const url = `http://127.0.0.1:${portOf(half)}`;
    const output = join(trial.place.folder, 'backup.zip');
    await using terminal = Terminal.open([
      process.execPath,
      MAIN,
      'download',
      '1',
      '--output',
      output,
      '--server',
      url,
    ]);
    const size = () =>
      stat(`${output}.part`)
        .then(file => file.size)
        .catch(() => 0);
    await until('the first bytes', async () => (await size()) === 400);
    terminal.type(CTRL_C);
    expect(await terminal.exitCode).to.equal(EXIT.interrupted.SIGINT);
    expect(await size()).to.equal(400);
    expect((await terminal.screen()).replaceAll('\n', '')).to.contain(
      `${output}.part has what was received so far; run the same command again`,
    );
    half.close();
    half.closeAllConnections();
  });

  describe('ends, with its exit code and a sentence,', () => {
    /** A server that takes a connection and never says anything. */
    const silentServer = async () => {
      const server = createServer({ allowHalfOpen: true }, socket => socket.on('error', () => {}).resume());
      await once(server.listen(0, '127.0.0.1'), 'listening');
      const port = portOf(server);
      return { port, asked: once(server, 'connection'), [Symbol.dispose]: () => void server.close() };
    };

    const WAYS: [InterruptingSignal, (terminal: Terminal) => void | Promise<void>][] = [
      ['SIGINT', terminal => terminal.type(CTRL_C)],
      ['SIGQUIT', terminal => terminal.type('\x1c')],
      ['SIGTERM', async terminal => void process.kill(await terminal.pid(), 'SIGTERM')],
      ['SIGHUP', async terminal => void process.kill(await terminal.pid(), 'SIGHUP')],
    ];
    for (const [command, ...more] of [
      ['list'],
      ['history', 'a'],
      ['show', '1'],
      ['download', '1'],
      ['doctor'],
    ] as const)
      it(`sade ${command} on a terminal at each signal`, async () => {
        const config = command === 'doctor' ? trial.place.args('').slice(1, 5) : [];
        for (const [signal, send] of WAYS) {
          using silent = await silentServer();
          const { port, asked } = silent;
          await trial.place.list([{ ...trial.entry, db_port: String(port) }]);
          const server = command === 'doctor' ? trial.url : `http://127.0.0.1:${port}`;
          await using terminal = Terminal.open([
            process.execPath,
            MAIN,
            command!,
            ...more,
            ...config,
            '--server',
            server,
          ]);
          await asked;
          await send(terminal);
          expect(await terminal.exitCode, signal).to.equal(EXIT.interrupted[signal]);
          expect(await terminal.screen()).to.match(new RegExp(`^sade: interrupted by ${signal}$`, 'm'));
          expect(terminal.bytes).not.to.contain('\x1b[?25l');
        }
      });
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
