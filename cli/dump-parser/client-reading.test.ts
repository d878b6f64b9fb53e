import { expect } from 'chai';
import fc from 'fast-check';
import {
  awkwardDefinitions,
  type Definition,
  expectTruth,
  type TrialServer,
  tryDefinition,
} from '../../testing/databases/definition-trial.ts';
import { sharedMariaDb } from '../../testing/databases/mariadb.ts';

const NIGHTLY = "BEGIN /* nightly */ SET @s = '*/5 * * * *'; END";
const ALTERED = "BEGIN /* a */ SET @a = '*/'; -- it's */ /*\n SET @b=1; # don't /*\n END";

/** The real server, its real dump program and its real client: the scanner predicts what is restored. */
describe('what the client that restores a dump makes of a definition', function () {
  this.timeout(120_000);
  let server: TrialServer;
  before(async () => {
    const { socket } = await sharedMariaDb();
    server = { flavour: 'mariadb', socketPath: socket, dump: 'mariadb-dump', client: 'mariadb' };
  });

  const read = async (definition: Partial<Definition>) => {
    const verdict = await tryDefinition(server, { kind: 'event', sqlMode: '', body: '', ...definition });
    expect(verdict.isValid, verdict.said).to.equal(true);
    expectTruth(verdict, JSON.stringify(definition));
    return { comesBack: verdict.comesBack, misread: verdict.contents!.misreadings };
  };

  it('sees that the client misreads a comment on the first line, with */ in quotes behind it', async () => {
    for (const kind of ['trigger', 'event'] as const) {
      const { comesBack, misread } = await read({ kind, body: NIGHTLY });
      expect(comesBack, kind).to.equal(false);
      expect(misread[0]?.object, kind).to.deep.equal({ kind: `${kind}s`, name: 'it' });
    }
  });

  it('sees that the client silently changes a string', async () => {
    const { comesBack, misread } = await read({ body: ALTERED });
    expect(comesBack).to.equal(false);
    expect(misread).to.deep.equal([{ what: 'a blank in a string', object: { kind: 'events', name: 'it' } }]);
  });

  it('sees that a comment right behind a sign ends the one that the definition stands in', async () => {
    // In the second one as many comments end as begin.
    for (const body of ['SET @a = 2*/* twice */3', 'SET @a = 2*/* /*!x/**; */3'])
      for (const kind of ['trigger', 'event'] as const)
        expect(await read({ kind, body }), body).to.deep.equal({
          comesBack: false,
          misread: [{ what: 'a comment that ends but never began', object: { kind: `${kind}s`, name: 'it' } }],
        });
    expect((await read({ kind: 'procedure', body: 'SET @a = 2*/* twice */3' })).comesBack).to.equal(true);
  });

  it('sees that a string keeps line ends of Windows only in binary mode', async () => {
    const { comesBack, misread } = await read({ kind: 'procedure', body: "SET @a = 'one\r\ntwo'" });
    expect(comesBack).to.equal(false);
    expect(misread.map(({ what }) => what)).to.deep.equal(['a line end in a string']);
  });

  it('reports nothing about definitions that load', async () => {
    for (const body of [
      "BEGIN\n /* nightly */\n SET @s = '*/5 * * * *';\n END",
      "BEGIN -- it's nightly\n SET @s = 'x';\r\n # don't\r\n END",
      "BEGIN /* nightly */ SET @s = 'every 5 minutes'; /* it's */ END -- done",
      'BEGIN SELECT \\N, 2 * /* twice */ 3; END',
      "BEGIN SET @s = '\\\\', @t = \"it's\", @u = '/* ', @v = ' */'; END",
      "BEGIN /*!50003 SET @a = 1; */ SET @b = '/*'; END",
      'BEGIN\n SET @a = 1; /* a\n * box\n **/ SET @b = 2;\n END',
    ])
      for (const kind of ['trigger', 'event', 'procedure'] as const)
        if (kind === 'procedure' || !body.includes('SELECT'))
          expect(await read({ kind, body }), `${kind} ${body}`).to.deep.equal({ comesBack: true, misread: [] });
  });

  it('is right about awkward definitions, too', async () => {
    for (const definition of fc.sample(awkwardDefinitions('mariadb'), { seed: 11, numRuns: 12 })) {
      const verdict = await tryDefinition(server, definition);
      if (verdict.isValid) expectTruth(verdict, JSON.stringify(definition));
    }
  });
});
