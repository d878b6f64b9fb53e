import { PassThrough } from 'node:stream';
import { expect } from 'chai';
import { widthOf } from '../../terminal/cut.ts';
import type { RestoreCall } from '../by-hand/restore-call.ts';
import { confirmAll } from './confirm-all.ts';
import { renderOverview } from './overview-screen.ts';
import type { PlannedRestore } from './planned-restore.ts';

const NAMES = ['pt_abc', 'pt_xyz'];

describe('the plans of several restores on a terminal', () => {
  const planned = (action: string) =>
    NAMES.map(label => ({
      preparing: { label },
      prepared: {
        preflight: {},
        target: { database: label },
        plan: {
          ...{
            action,
            warnings: [],
            target: { address: 'db1.example.com:3306', account: 'lumbung_restore@%' },
          },
          backup: { id: 34, takenAt: new Date(), dumpBytes: 2048, zipBytes: 1024 },
        },
      },
    })) as unknown as PlannedRestore[];
  const refused = [1, 2].map(
    () => ({ preparing: { label: 'old' }, refusal: { why: 'x', commands: [] } }) as unknown as PlannedRestore,
  );
  const terminal = (columns: number) => Object.assign(new PassThrough(), { isTTY: true, columns });
  const tooLong = (text: string, columns: number) => text.split('\n').filter(line => widthOf(line) > columns);

  for (const columns of [40, 80])
    it(`have no line that is longer than ${columns} columns, nor has the question`, async () => {
      const [stdin, stderr] = [terminal(columns), terminal(columns)];
      const screen = renderOverview(planned('replace'), stderr as unknown as NodeJS.WriteStream);
      expect(tooLong(screen, columns)).to.deep.equal([]);
      for (const name of NAMES) expect(screen).to.match(new RegExp(`^  ${name} .*REPLACE what is there$`, 'm'));
      stdin.write('replace\n');
      const asked = { stdin, stderr, signal: new AbortController().signal };
      await confirmAll(
        [...planned('replace'), ...refused],
        {} as RestoreCall,
        asked as unknown as Parameters<typeof confirmAll>[2],
      );
      const question = String(stderr.read());
      expect(tooLong(question, columns - 'replace'.length)).to.deep.equal([]);
      expect(question.replace(/\s+/g, ' ')).to.match(/Type replace to go on: $/);
      stdin.write('y\n');
      await confirmAll(
        [...planned('create'), ...refused],
        {} as RestoreCall,
        asked as unknown as Parameters<typeof confirmAll>[2],
      );
      expect(tooLong(String(stderr.read()), columns - 'y'.length)).to.deep.equal([]);
    });
});
