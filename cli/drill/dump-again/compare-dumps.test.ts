import { expect } from 'chai';
import fc from 'fast-check';
import { compareDumps } from './compare-dumps.ts';
import { meaningOf } from './line-meaning.ts';

const signal = new AbortController().signal;

async function* chunksOf(text: string | Buffer, size = 7): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const compare = (
  a: string | Buffer,
  b: string | Buffer,
  [sizeA, sizeB] = [7, 11] as readonly [number, number],
  meaning = (line: string) => line,
) => compareDumps(chunksOf(a, sizeA), chunksOf(b, sizeB), { meaning, signal });

const DUMP = `-- MariaDB dump 10.19-11.8.3-MariaDB, for debian-linux-gnu (x86_64)
--
-- Host: db1.example.com    Database: pt_xyz
-- ------------------------------------------------------
-- Server version\t11.8.3-MariaDB

--
-- Table structure for table \`it\`\`s\`
--

CREATE TABLE \`it\`\`s\` (
  \`a\` varchar(10) DEFAULT NULL
) ENGINE=InnoDB;

--
-- Dumping data for table \`it\`\`s\`
--

INSERT INTO \`it\`\`s\` VALUES
('a customer'),
('another');

--
-- Dumping routines for database 'pt_xyz'
--

-- Dump completed on 2026-11-28  3:00:01
`;

const AGAIN = DUMP.replace('db1.example.com', 'localhost').replace('2026-11-28  3:00:01', '2026-11-29  4:11:12');

describe('compareDumps', () => {
  const again = (dump: string, flavour: 'mysql' | 'mariadb' = 'mariadb') =>
    compareDumps(chunksOf(DUMP), chunksOf(dump), { meaning: meaningOf({ flavour }), signal });

  it('finds a dump and its repetition the same, whose hosts and dates differ', async () => {
    expect(await again(AGAIN)).to.equal(undefined);
  });

  it('finds any byte that differs, wherever the chunks are cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 300, max: DUMP.length - 60 }),
        fc.integer({ min: 1, max: 90 }),
        fc.integer({ min: 1, max: 90 }),
        async (at, sizeA, sizeB) => {
          const other = Buffer.from(DUMP);
          other[at]! ^= 1;
          const found = await compareDumps(chunksOf(DUMP, sizeA), chunksOf(other, sizeB), {
            meaning: meaningOf({ flavour: 'mariadb' }),
            signal,
          });
          expect(found?.at, `byte ${at}`).to.be.at.most(at);
          expect(DUMP.slice(found!.at, at), `byte ${at}`).to.not.contain('\n');
        },
      ),
    );
  });

  it('finds bytes that are missing at the end, or were added', async () => {
    for (const end of [1, 10, 60, 200])
      expect(await compare(DUMP, DUMP.slice(0, -end)), `${end} missing`).to.have.property('at');
    expect(await compare(DUMP, `${DUMP}x`)).to.deep.include({ at: DUMP.length, found: 'x', expected: undefined });
    expect(await compare(DUMP, '')).to.deep.include({ at: 0, found: undefined });
    expect(await compare('', '')).to.equal(undefined);
  });

  it('names the object, shows its definition, and shows no rows', async () => {
    expect(await again(AGAIN.replace('varchar(10)', 'varchar(9)'))).to.deep.include({
      object: 'table it`s',
      expected: '  `a` varchar(10) DEFAULT NULL',
      found: '  `a` varchar(9) DEFAULT NULL',
    });
    const rows = await again(AGAIN.replace('another', 'an other'));
    expect(rows).to.deep.include({ object: 'table it`s', expected: undefined, found: undefined });
  });

  it('compares lines that are longer than it holds, byte by byte', async () => {
    const long = `INSERT INTO t VALUES ('${'x'.repeat(3 << 20)}');\nnext\n`;
    const sizes = [100_000, 70_001] as const;
    expect(await compare(long, long, sizes)).to.equal(undefined);
    for (const at of [25, 1 << 20, (3 << 20) + 10]) {
      const other = Buffer.from(long);
      other[at] = 0x79;
      expect(await compare(long, other, sizes), `byte ${at}`).to.have.property('object', undefined);
    }
    expect(await compare(long, long.replace('next', 'none'), sizes)).to.deep.include({
      expected: 'next',
      found: 'none',
    });
  });

  it('ignores a host and a date in the header and at the end only', async () => {
    const row = `${DUMP}\n${'-- padding\n'.repeat(500)}-- Host: a\n`;
    const meaning = meaningOf({ flavour: 'mariadb' });
    expect(
      await compareDumps(chunksOf(row), chunksOf(row.replace('Host: a', 'Host: b')), { meaning, signal }),
    ).to.include({
      expected: '-- Host: a',
    });
  });

  it("ignores on MySQL that a column's character set is named beside its collation, and nothing else of a character set", async () => {
    const line = (text: string) => DUMP.replace('varchar(10) DEFAULT', `varchar(10) ${text} DEFAULT`);
    const named = line('CHARACTER SET utf8mb4 COLLATE utf8mb4_bin');
    const meaning = meaningOf({ flavour: 'mysql' });
    const with_ = (other: string) => compareDumps(chunksOf(named), chunksOf(other), { meaning, signal });
    expect(await with_(line('COLLATE utf8mb4_bin'))).to.equal(undefined);
    expect(await with_(line('COLLATE utf8mb4_unicode_ci'))).to.have.property('at');
    expect(await with_(line('CHARACTER SET latin1 COLLATE utf8mb4_bin'))).to.have.property('at');
    expect(await compare(named, line('COLLATE utf8mb4_bin')), 'MariaDB').to.have.property('at');
  });

  it('takes the name under which it was restored for the original one, with odd characters, and no other name', async () => {
    const from = 'lumbung_drill_1';
    const to = 'a`b é $& x';
    const meaning = meaningOf({ flavour: 'mariadb', renamed: { from, to } });
    const dump = (name: string, plain: string) =>
      `SELECT \`${name}\`.\`f\`() ;\n-- Dumping routines for database '${plain}'\n`;
    const expected = dump('a``b é $& x', to);
    const compared = (other: string) => compareDumps(chunksOf(expected), chunksOf(other), { meaning, signal });
    expect(await compared(dump(from, from))).to.equal(undefined);
    expect(await compared(dump('lumbung_drill_2', from))).to.have.property('at', 0);
  });

  it('stops when it is told to, and ends the readers', async () => {
    const stop = new AbortController();
    let isEnded = false;
    async function* endless() {
      try {
        for (;;) yield Buffer.from('x\n');
      } finally {
        isEnded = true;
      }
    }
    setTimeout(() => stop.abort(new Error('enough')), 20);
    const slow = async function* () {
      for await (const chunk of endless()) {
        await new Promise(setImmediate);
        yield chunk;
      }
    };
    const error = await compareDumps(slow(), slow(), { meaning: line => line, signal: stop.signal }).catch(String);
    expect([error, isEnded]).to.deep.equal(['Error: enough', true]);
  });
});
