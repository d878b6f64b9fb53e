import { expect } from 'chai';
import { withDefiners } from './definers.ts';

describe('the definers of a dump', () => {
  const DUMP = `CREATE DEFINER=\`app\`@\`%\` VIEW v AS SELECT 1;
/*!50017 DEFINER=\`o\`\`hara é\`@\`10.0.%\`*/ /*!50003 TRIGGER t …
CREATE DEFINER="ansi ""q"""@"localhost" PROCEDURE p() …
CREATE DEFINER=\`app\`@\`%\` PROCEDURE q() …`;

  it('are named once, before the chunk comes in which they end, wherever the dump is cut', async () => {
    for (const size of [1, 7, 50, 1000]) {
      const named: [definer: string, at: number][] = [];
      let passed = 0;
      async function* chunks() {
        const bytes = Buffer.from(DUMP);
        for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
      }
      const out: Uint8Array[] = [];
      for await (const chunk of withDefiners(chunks(), async definer => void named.push([definer, passed]))) {
        passed += chunk.length;
        out.push(chunk);
      }
      expect(Buffer.concat(out).toString()).to.equal(DUMP);
      expect(named.map(([definer]) => definer)).to.deep.equal(['app@%', 'o`hara é@10.0.%', 'ansi "q"@localhost']);
      const end = Buffer.byteLength(DUMP.slice(0, DUMP.indexOf(' VIEW')));
      expect(named[0]![1], `chunks of ${size}`).to.be.at.most(end);
    }
  });
});
