import { PassThrough } from 'node:stream';
import { expect } from 'chai';
import fc from 'fast-check';
import { excerptOf, type Said } from './stderr-excerpt.ts';

/** Lets a child say something on stderr, in these pieces, and gives what is kept of it. */
const listen = async (pieces: readonly (string | Buffer)[], secret = ''): Promise<Said> => {
  const stderr = new PassThrough();
  const said = excerptOf(stderr, secret);
  for (const piece of pieces) if (piece.length > 0) stderr.write(piece);
  stderr.end();
  await new Promise(resolve => stderr.once('close', resolve));
  return said;
};
const excerpt = async (pieces: readonly (string | Buffer)[], secret = '') => (await listen(pieces, secret)).text();
const isDenied = (line: string) => (/\bdenied\b/.test(line) ? 'yes' : 'no');

describe('stderr-excerpt', () => {
  it('keeps a short message as it is, without the blanks at its ends', async () => {
    expect(await excerpt([])).to.equal('');
    expect(await excerpt(['mysqldump: ', 'Got error: 1045\n'])).to.equal('mysqldump: Got error: 1045');
  });

  it('can be asked in the middle and again', async () => {
    const stderr = new PassThrough();
    const said = excerptOf(stderr, 'geheim');
    stderr.write('one ');
    await new Promise(setImmediate);
    expect(said.text()).to.equal('one');
    stderr.write('two');
    await new Promise(setImmediate);
    expect(said.text()).to.equal('one two');
    expect(said.text()).to.equal('one two');
  });

  it('keeps the beginning and the end of megabytes, and tells how much is left out', async () => {
    const line = 'mysqldump: Error 1356\n'.repeat(3000);
    const text = await excerpt(['first\n', ...Array.from({ length: 50 }, () => line), 'last\n']);
    expect(text.length).to.be.below(16_600);
    expect(text).to.match(/^first\n.*\n… ([\d,]+) bytes left out …\n.*\nlast$/s);
    const left = Number(/([\d,]+) bytes left out/.exec(text)![1]!.replaceAll(',', ''));
    expect(left).to.equal(6 + 50 * line.length + 5 - 2 * 8192);
  });

  it('leaves nothing out and repeats nothing, for any split into chunks', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(9000), { maxLength: 8 }), async lengths => {
        let number = 0;
        const pieces = lengths.map(length =>
          Array.from({ length }, () => String.fromCharCode(33 + (number++ % 90))).join(''),
        );
        const whole = pieces.join('');
        const text = await excerpt(pieces);
        if (whole.length <= 16_384) expect(text).to.equal(whole);
        else
          expect(text).to.equal(
            `${whole.slice(0, 8192)}\n… ${(whole.length - 16_384).toLocaleString('en')} bytes left out …\n${whole.slice(-8192)}`,
          );
      }),
    );
  });

  it('keeps characters whole where nothing is left out', async () => {
    const text = `${'x'.repeat(8191)}é${'密🐱'.repeat(100)}`;
    expect((await excerpt([text])) === text).to.equal(true);
  });

  it('is empty for a child process without stderr', () => {
    const said = excerptOf(undefined, 'x');
    expect([said.text(), said.leftOutBytes, said.lines(isDenied)]).to.deep.equal([
      ...['', 0],
      [{ line: '', verdict: 'no' }],
    ]);
  });

  describe('its lines', () => {
    it('are judged as they were written and shown without the secret, for any secret and any split into chunks', async () => {
      const said = 'Access denied for u\nusing geheim\n\nnot denied\n';
      const lines = said.split('\n');
      for (const secret of ['e', 'denied', 'den', 'ied for', 'geheim', ' ', 'zzz', '', '***'])
        for (const size of [1, 5, 100]) {
          const pieces = said.match(new RegExp(`.{1,${size}}`, 'gs'))!;
          const judged = (await listen(pieces, secret)).lines(isDenied);
          expect(judged, `${secret} ${size}`).to.deep.equal(
            lines.map(line => ({
              line: secret === '' ? line : line.replaceAll(secret, '***'),
              verdict: isDenied(line),
            })),
          );
        }
    });

    it('are not cut within the secret', async () => {
      const said = await listen(['one\nge\nheim denied\ntwo'], 'ge\nheim');
      expect(said.lines(isDenied)).to.deep.equal([
        { line: 'one', verdict: 'no' },
        { line: '*** denied', verdict: 'yes' },
        { line: 'two', verdict: 'no' },
      ]);
    });

    it('hold no part of the secret where something was left out, and it is told how much that was', async () => {
      const secret = 'S3cret-of-the-client';
      for (let shift = 1; shift < secret.length; shift++) {
        const said = await listen(
          ['x'.repeat(8192 - shift), secret, 'y'.repeat(20_000), secret, 'z'.repeat(8192 - shift)],
          secret,
        );
        const given: string[] = [];
        const lines = said.lines(line => void given.push(line));
        const all = [...given, ...lines.map(({ line }) => line)].join();
        expect(all.includes(secret.slice(0, Math.max(3, shift))), `beginning, ${shift}`).to.equal(false);
        expect(all.includes(secret.slice(-Math.max(3, shift))), `end, ${shift}`).to.equal(false);
        expect(said.leftOutBytes).to.equal(20_000 + 2 * (secret.length - shift));
      }
      expect((await listen(['x'.repeat(16_384)])).leftOutBytes).to.equal(0);
      expect((await listen(['x'.repeat(16_385)])).leftOutBytes).to.equal(1);
    });
  });

  describe('the secret', () => {
    it('is redacted completely, at any position', async () => {
      expect(await excerpt(['geheim: geheimgeheim (geheim)'], 'geheim')).to.equal('***: ****** (***)');
      expect(await excerpt(['with $& and .* in it'], '$& and .*')).to.equal('with *** in it');
    });

    it('is redacted when it is a single character', async () =>
      expect(await excerpt(["Access denied for 'x'@'x'"], 'x')).not.to.contain('x'));

    it('is redacted across the borders of chunks', async () => {
      await fc.assert(
        fc.asyncProperty(fc.nat(20), fc.nat(20), async (first, second) => {
          const said = 'using password "gehéim🐱!" here';
          const bytes = Buffer.from(said);
          const [a, b] = [Math.min(first, second), Math.max(first, second)];
          const text = await excerpt([bytes.subarray(0, a), bytes.subarray(a, b), bytes.subarray(b)], 'gehéim🐱!');
          expect(text).to.equal('using password "***" here');
        }),
      );
    });

    it('is redacted where the kept beginning and end meet', async () => {
      const secret = 'gehéim🐱';
      for (let before = 8192 - Buffer.byteLength(secret); before <= 8192; before++) {
        const text = await excerpt(['x'.repeat(before), secret, 'yyy'], secret);
        expect(text === `${'x'.repeat(before)}***yyy`, `${before}`).to.equal(true);
      }
    });

    it('leaves no part of itself at the edge of what is left out', async () => {
      const secret = 'S3cret-of-the-client';
      for (let shift = 1; shift < secret.length; shift++) {
        const text = await excerpt(
          ['x'.repeat(8192 - shift), secret, 'y'.repeat(20_000), secret, 'z'.repeat(8192 - shift)],
          secret,
        );
        expect(text.includes(secret.slice(0, Math.max(3, shift))), `beginning, ${shift}`).to.equal(false);
        expect(text.includes(secret.slice(-Math.max(3, shift))), `end, ${shift}`).to.equal(false);
      }
    });

    it('is redacted at the very end, with a blank as its last character', async () =>
      expect(await excerpt(['password: geheim '], 'geheim ')).to.equal('password: ***'));
  });
});
