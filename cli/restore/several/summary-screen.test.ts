import { PassThrough } from 'node:stream';
import { expect } from 'chai';
import { RestoreCall } from '../by-hand/restore-call.ts';
import type { EndedRestore } from './ended-restore.ts';
import { renderSummary } from './summary-screen.ts';

describe('the summary of a restore of several databases', () => {
  const render = (...ended: EndedRestore[]) =>
    renderSummary(ended, labels => new RestoreCall(labels, {}), new PassThrough() as unknown as NodeJS.WriteStream);

  it('has the databases that need a person last, and says where notes have scrolled away', () => {
    const lines = render(
      { database: 'pt_other', outcome: 'differs', refusal: { why: '3 differences from the backup', commands: [] } },
      { database: 'pt_xyz', outcome: 'agreed', notes: ['warning: an owner does not exist', 'what to do: CREATE USER'] },
    ).split('\n');
    expect(lines[1]).to.equal('1 of 2 databases is restored and agrees with its backup');
    expect(lines[2]).to.match(/^ {2}ok +pt_xyz: .*with 2 notes above$/);
    expect(lines[3]).to.equal('  DIFFERS   pt_other: 3 differences from the backup');
    expect(lines.join('\n')).to.not.contain('next:');
  });

  it('keeps what is left on the server apart from what to do, so that a command can be copied', () => {
    const refusal = { why: 'it broke', advice: 'To see it: sade show 2', commands: [] };
    const left = ['Nothing was changed on the server.'];
    expect(render({ database: 'pt_xyz', outcome: 'failed', refusal, left })).to.contain(
      '  FAILED    pt_xyz: it broke\n    Nothing was changed on the server.\n    what to do: To see it: sade show 2\n',
    );
  });

  it('has no line that is longer than a narrow terminal', () => {
    const stream = Object.assign(new PassThrough(), { isTTY: true, columns: 40 }) as unknown as NodeJS.WriteStream;
    const lines = renderSummary(
      [{ database: 'a', outcome: 'agreed' }],
      labels => new RestoreCall(labels, {}),
      stream,
    ).split('\n');
    expect(lines.filter(line => line.length > 40)).to.deep.equal([]);
  });

  it('lets no name of a database steer the terminal', () => {
    expect(render({ database: 'pt\x1b[2J', outcome: 'agreed' })).to.not.contain('\x1b');
  });
});
