import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { pasteHere } from './shell-with-sade.ts';

describe('a shell whose sade runs in the process of the test', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lumbung-shell-'));
  });
  after(() => rm(folder, { recursive: true }));

  const paste = (commands: string) =>
    pasteHere(commands, { cwd: folder, env: { ...process.env, SADE_SERVER: 'x:/y' } });

  it('writes to stdout and stderr what sade writes there, and goes on with its exit code', async () => {
    const { code, stdout, stderr } = await paste('sade --version; sade list; echo "code $?"; sade backup --nonsense');
    expect(stdout).to.match(/^sade \d+\.\d+\.\d+\ncode 3\n$/);
    expect(stderr).to.contain('SADE_SERVER must be').and.contain('--nonsense');
    expect(code).to.equal(3);
  });

  it('passes words as the shell makes them, empty ones too, and the variables of one command', async () => {
    const { stdout, stderr } = await paste(
      `SADE_SERVER='two words' sade list '' 2>&1 | head -n 1; sade show "it's one" 2> said.txt; echo "$SADE_SERVER"`,
    );
    expect(stdout).to.match(/^sade: .*\nx:\/y\n$/);
    expect(stderr).to.equal('');
    expect(await readFile(join(folder, 'said.txt'), 'utf8')).to.contain("it's one");
  });

  it('runs it in the folder of the shell, and comes back from there', async () => {
    const before = process.cwd();
    const { stderr } = await paste(
      'mkdir -p in && cd in && sade backup --config ./none.json --server http://127.0.0.1:1',
    );
    expect(stderr).to.contain('none.json');
    expect(process.cwd()).to.equal(before);
  });

  it('takes the failure of what stands before it for that, and not for a success', async () => {
    expect((await paste('sade --version && false')).code).to.equal(1);
    expect((await paste('exec {none}<>/dev/tcp/127.0.0.1/1 || exit 7')).code).to.equal(7);
  });
});
