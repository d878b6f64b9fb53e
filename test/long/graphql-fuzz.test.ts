import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { buildSchema } from 'graphql';
import { fillHistory } from '../../bench/history/fill-history.ts';
import { SeededRandom } from '../../bench/rows/random.ts';
import { type Question, questions } from '../../testing/service/graphql-questions.ts';
import { METERED, meterWhile } from '../../testing/service/meter-service.ts';
import { type Service, startService } from '../../testing/service/service.ts';

const SEED = Number(process.env.FUZZ_SEED ?? 20261128);
const COUNT = Number(process.env.FUZZ_COUNT ?? 6_000);
/** So many are asked at a time. */
const AT_ONCE = 6;
/** Those that docs/reference/graphql.md lists and that a history that works has no reason to give are not among them. */
const CODES = [
  'VALIDATION_FAILED',
  'QUERY_TOO_LARGE',
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'OPERATION_RESOLUTION_FAILURE',
  'BAD_REQUEST',
  'BODY_TOO_LARGE',
];

describe(`${COUNT} questions for GraphQL, random and broken (FUZZ_SEED=${SEED})`, () => {
  let folder: string;
  let service: Service;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lumbung-fuzz-'));
    const url = `sqlite:${folder}/history.sqlite`;
    await fillHistory(url, { databases: 1000, days: 365 }, new AbortController().signal);
    service = await startService({
      DATABASE_URL: url,
      STORAGE_DIR: join(folder, 'backups'),
      ALLOW_EMPTY_STORAGE: 'on',
      SCRUB_INTERVAL_DAYS: '0',
      ...METERED,
    });
  });
  after(async () => {
    await service?.kill();
    await rm(folder, { recursive: true, force: true });
  });

  it('get no 5xx and no code of a bug, end nothing, stall nothing for a second, and leave the memory flat', async () => {
    const schema = buildSchema(await readFile(join(import.meta.dirname, '../../schema.graphql'), 'utf8'));
    const source = questions(schema, new SeededRandom(SEED), COUNT);
    const answers = new Map<string, number>();
    const bad: string[] = [];
    let asked = 0;
    const ask = async () => {
      for (const question of source) {
        const byGet = asked++ % 5 === 0;
        const { status, codes } = await send(service.url, question, byGet);
        for (const outcome of codes.length > 0 ? codes : ['data'])
          answers.set(`${status} ${outcome}`, (answers.get(`${status} ${outcome}`) ?? 0) + 1);
        const isBad = status >= 500 || codes.some(code => !CODES.includes(code));
        if (isBad) bad.push(`${status} ${codes} ${byGet ? 'GET' : 'POST'} ${JSON.stringify(question).slice(0, 2_000)}`);
      }
    };
    const work = () => Promise.all(Array.from({ length: AT_ONCE }, ask));
    const figures = { ...(await meterWhile(service, work)), asked, answers: Object.fromEntries(answers) };
    console.log(JSON.stringify(figures));
    expect(bad.slice(0, 5)).to.deep.equal([]);
    expect(asked).to.equal(COUNT);
    expect(service.output()).to.not.contain('no one caught').and.not.contain('"level":"error"');
    expect(figures.stalledMs).to.be.lessThan(1_000);
    expect(figures.late - figures.early, 'MiB that the last third keeps more than the first').to.be.lessThan(20);
    expect(figures.peak, 'MiB').to.be.lessThan(800);
  });
});

async function send(url: string, question: Question, byGet: boolean): Promise<{ status: number; codes: string[] }> {
  const variables = JSON.stringify(question.variables) ?? 'null';
  const query = new URLSearchParams({ query: question.query, variables });
  // Node takes no more than 16 KiB of header.
  const response =
    byGet && String(query).length < 15_000
      ? await fetch(`${url}/graphql?${query}`)
      : await fetch(`${url}/graphql`, {
          method: 'POST',
          headers: { 'Content-Type': 'application/json' },
          body: JSON.stringify(question),
        });
  const answer = (await response.json()) as { code?: string; errors?: Array<{ extensions?: { code?: string } }> };
  const codes = answer.code
    ? [answer.code]
    : (answer.errors ?? []).map(({ extensions }) => extensions?.code ?? 'NO CODE');
  return { status: response.status, codes: [...new Set(codes)] };
}
