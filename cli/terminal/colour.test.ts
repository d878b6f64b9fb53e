import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { Terminal } from '../../testing/cli/terminal.ts';

const MODULE = join(import.meta.dirname, 'colour.ts');
const RED = '\x1b[31m';
const YELLOW = '\x1b[33m';
const GREEN = '\x1b[32m';

/** Prints the words, each in its colour, as a program of its own. */
const program = (...words: string[]) =>
  `import { paintState } from ${JSON.stringify(MODULE)};
  for (const word of ${JSON.stringify(words)}) console.log(paintState(word, process.stdout) + '|');`;

const node = (...words: string[]) => [process.execPath, '--input-type=module', '-e', program(...words)];

describe('the colour of a state', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lumbung-test-'));
  });
  after(() => rm(folder, { recursive: true }));

  const written = async (command: string[], env: Record<string, string> = {}) => {
    await using terminal = Terminal.open(command, { env });
    expect(await terminal.exitCode).to.equal(0);
    return terminal.bytes;
  };

  it('is red for what needs someone, yellow for what is in doubt, green for what is good', async () => {
    const bytes = await written(
      node('FAILED', 'DAMAGED', 'complete, SHRUNK', 'INCOMPLETE', 'UNVERIFIED', 'ok', 'complete'),
    );
    for (const word of ['FAILED', 'DAMAGED', 'complete, SHRUNK']) expect(bytes).to.contain(`${RED}${word}\x1b`);
    for (const word of ['INCOMPLETE', 'UNVERIFIED']) expect(bytes).to.contain(`${YELLOW}${word}\x1b`);
    for (const word of ['ok', 'complete']) expect(bytes).to.contain(`${GREEN}${word}\x1b`);
  });

  it('keeps the blanks around a word, and does not colour a word that is not a state', async () => {
    const bytes = await written(node('ok    ', 'shop_complete'));
    expect(bytes).to.contain(`${GREEN}ok    \x1b`);
    expect(bytes).to.contain('\nshop_complete|');
  });

  for (const [what, env] of [
    ['NO_COLOR', { NO_COLOR: '1' }],
    ['TERM=dumb', { TERM: 'dumb' }],
  ] as const)
    it(`is not there on a terminal with ${what}`, async () => {
      expect(await written(node('FAILED'), env)).to.equal('FAILED|\r\n');
    });

  it('is not there in a pipe, unless FORCE_COLOR asks for it', () => {
    const [file, ...args] = node('FAILED') as [string, ...string[]];
    const { NO_COLOR: _, FORCE_COLOR: __, ...env } = process.env;
    expect(execFileSync(file, args, { env, encoding: 'utf8' })).to.equal('FAILED|\n');
    expect(execFileSync(file, args, { env: { ...env, FORCE_COLOR: '1' }, encoding: 'utf8' })).to.contain(RED);
  });

  it('is the same under Deno', async () => {
    const file = join(folder, 'program.mjs');
    await writeFile(file, program('FAILED'));
    const deno = ['deno', 'run', '--quiet', '--allow-env', file];
    expect(await written(deno)).to.contain(`${RED}FAILED`);
    expect(await written(deno, { NO_COLOR: '1' })).to.equal('FAILED|\r\n');
    expect(await written(deno, { TERM: 'dumb' })).to.equal('FAILED|\r\n');
    expect(execFileSync('deno', deno.slice(1), { encoding: 'utf8' })).to.equal('FAILED|\n');
  });
});
