import { expect } from 'chai';
import { Terminal } from '../../testing/cli/terminal.ts';

describe('a terminal of the tests', () => {
  const node = (code: string) => [process.execPath, '-e', code];

  it('has the size that was asked for, and shows what a person would see', async () => {
    await using terminal = Terminal.open(
      node(
        "console.log(process.stdout.isTTY, process.stdout.columns, process.stdout.rows); console.log('wrong\\rright')",
      ),
      { columns: 60, rows: 20 },
    );
    expect(await terminal.exitCode).to.equal(0);
    expect(await terminal.screen()).to.equal('true 60 20\nright');
  });

  it('brings Ctrl-C to the program as SIGINT, and gives its exit code', async () => {
    await using terminal = Terminal.open(
      node("process.on('SIGINT', () => process.exit(42)); console.log('ready'); setInterval(() => {}, 1000)"),
    );
    await terminal.shows('ready');
    terminal.type('\x03');
    expect(await terminal.exitCode).to.equal(42);
  });
});
