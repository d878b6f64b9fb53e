import { PassThrough } from 'node:stream';
import { expect } from 'chai';
import type { ZippedDump } from '../../unzip/zipped-dump.ts';
import type { BackupToRestore } from '../choice/backup-to-restore.ts';
import type { RestoreWish } from '../target/restore-wish.ts';
import { writeSql } from './to-stdout.ts';

const HEADER = '-- MariaDB dump 10.19  Distrib 10.11.14-MariaDB, for Linux\n-- Server version\t10.11.14-MariaDB\n';
const MARKER = '-- Dump completed on 2026-01-01  0:00:00\n';

describe('SQL for a client', () => {
  const write = (statements: string) => {
    const zip = {
      async *read() {
        yield Buffer.from(`${HEADER}${statements}\n${MARKER}`);
      },
    };
    const stdout = new PassThrough();
    return writeSql({
      ...{ zip: zip as unknown as ZippedDump, stdout: stdout as unknown as NodeJS.WriteStream },
      backup: { label: 'shop' } as BackupToRestore,
      wish: { parts: 'all', definer: 'keep', collations: new Map() } as unknown as RestoreWish,
      signal: new AbortController().signal,
    }).then(() => String(stdout.read()));
  };

  it('has no command of the client in a stored program, and none behind what the client treats as its end', async () => {
    const program = (body: string) => `DELIMITER ;;\nCREATE PROCEDURE \`p\`() ${body}\n;;\nDELIMITER ;\n`;
    expect(await write(program('SELECT 1'))).to.contain('CREATE PROCEDURE `p`() SELECT 1');
    for (const body of ['SELECT 1 \\! touch /tmp/owned', "SELECT '/*!' /* ' */;; \\! ls\n -- '"]) {
      const error = await write(program(body)).catch(error => error);
      expect(error, body).to.be.instanceOf(Error);
      expect(error.message, body).to.match(/is refused|ends in the middle/);
    }
  });
});
