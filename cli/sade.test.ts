import { execFile } from 'node:child_process';
import { chmod, copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';

const SADE = join(import.meta.dirname, 'sade');
const START = 'import("./sade.js")';

describe('the command sade', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lumbung sade-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  /** As cron runs it: from another folder, with its short PATH and nothing else. */
  const run = (program: string, args: string[] = [], path = '/usr/bin:/bin') =>
    new Promise<{ code: unknown; stdout: string; stderr: string }>(done => {
      execFile(program, args, { cwd: '/', env: { PATH: path } }, (error, stdout, stderr) =>
        done({ code: error ? error.code : 0, stdout, stderr }),
      );
    });

  it('runs from any folder under the PATH of cron, also through a link to a link', async () => {
    await symlink(SADE, join(folder, 'first'));
    await symlink('first', join(folder, 'sade'));
    for (const program of [SADE, join(folder, 'sade')]) {
      const { code, stdout, stderr } = await run(program, ['--version']);
      expect({ code, stderr }, program).to.deep.equal({ code: 0, stderr: '' });
      expect(stdout).to.match(/^sade \d+\.\d+\.\d+\n$/);
    }
    const { code, stderr } = await run(join(folder, 'sade'), ['history', 'a', 'b  c']);
    expect([code, stderr]).to.deep.equal([3, (await run(SADE, ['history', 'a', 'b  c'])).stderr]);
    expect(stderr, 'each argument stays one').to.contain('b  c');
  });

  it('uses the Node of the npm packages and not the one in PATH', async () => {
    await installed();
    await program(join(folder, 'lumbung/node_modules/.bin/node'), 'echo ours "$@"');
    await program(join(folder, 'bin/node'), 'echo theirs');
    const { stdout } = await run(join(folder, 'lumbung/cli/sade'), [], `${folder}/bin:/usr/bin:/bin`);
    expect(stdout).to.equal(`ours --max-semi-space-size=4 ${folder}/lumbung/cli/sade.js\n`);
    for (const command of ['restore', 'drill']) {
      const { stdout } = await run(join(folder, 'lumbung/cli/sade'), [command, 'a b']);
      expect(stdout).to.equal(`ours --max-semi-space-size=1 ${folder}/lumbung/cli/sade.js ${command} a b\n`);
    }
  });

  it('says what to run where no Node was installed at all', async () => {
    await installed();
    await mkdir(join(folder, 'bin'));
    for (const tool of ['readlink', 'sh']) await symlink(`/bin/${tool}`, join(folder, 'bin', tool));
    const { code, stderr } = await run(join(folder, 'lumbung/cli/sade'), [], join(folder, 'bin'));
    expect([code, stderr]).to.deep.equal([
      3,
      `sade: there is no Node. Run "npm ci --omit=dev" in ${folder}/lumbung.\n`,
    ]);
  });

  it('names the command to run when the Node that started sade.js is too old', async () => {
    await installed();
    await writeFile(join(folder, 'lumbung/package.json'), '{"type":"module"}');
    await writeFile(join(folder, 'lumbung/cli/main.ts'), "console.log('runs')");
    const startedBy = async (version: string) => {
      const pretend = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } })`;
      await writeFile(join(folder, 'lumbung/cli/start.js'), `${pretend};${START}`);
      return run(process.execPath, [join(folder, 'lumbung/cli/start.js')]);
    };
    for (const version of ['20.1.0', '24.4.1']) {
      const { code, stderr } = await startedBy(version);
      expect(code).to.equal(3);
      expect(stderr)
        .to.contain(`this is Node ${version}, and sade needs 24.5 or newer`)
        .and.contain(`Run ${folder}/lumbung/cli/sade:`);
    }
    for (const version of ['24.5.0', '26.0.0'])
      expect(await startedBy(version)).to.deep.equal({ code: 0, stdout: 'runs\n', stderr: '' });
  });

  const installed = async () => {
    await mkdir(join(folder, 'lumbung/cli'), { recursive: true });
    for (const file of ['sade', 'sade.js'])
      await copyFile(join(import.meta.dirname, file), join(folder, 'lumbung/cli', file));
  };

  const program = async (path: string, script: string) => {
    await mkdir(join(path, '..'), { recursive: true });
    await writeFile(path, `#!/bin/sh\n${script}\n`);
    await chmod(path, 0o755);
  };
});
