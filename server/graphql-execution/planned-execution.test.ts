import { readFile } from 'node:fs/promises';
import { setImmediate as immediate } from 'node:timers/promises';
import { expect } from 'chai';
import {
  buildSchema,
  type DocumentNode,
  type ExecutionResult,
  execute,
  type GraphQLError,
  type GraphQLFieldResolver,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isEnumType,
  isListType,
  isObjectType,
  parse,
  validate,
} from 'graphql';
import { SeededRandom } from '../../bench/rows/random.ts';
import { type Question, questions } from '../../testing/service/graphql-questions.ts';
import { plannedExecution } from './planned-execution.ts';

const SEED = Number(process.env.TEST_SEED ?? Math.floor(Math.random() * 1e9));
const COUNT = 400;

describe(`a planned execution of queries (TEST_SEED=${SEED})`, () => {
  let schema: GraphQLSchema;
  before(async () => {
    schema = buildSchema(await readFile(new URL('../../schema.graphql', import.meta.url), 'utf8'));
  });

  it('answers random queries as graphql-js does, where fields are null, fail at once and fail later', async () => {
    const planned = plannedExecution(withResolvers(schema));
    let plans = 0;
    let failures = 0;
    for (const { query, variables } of questions(schema, new SeededRandom(SEED), COUNT)) {
      const document = validated(schema, query);
      if (!document || !isVariables(variables)) continue;
      const asked = { schema, document, rootValue: { seed: SEED }, variableValues: variables };
      const answer = await planned(asked);
      if (!answer) continue;
      plans += 1;
      // In the reference all are late: when some fail at once it may leave rejections of others unhandled.
      withResolvers(schema, { allLate: true });
      const expected = await execute(asked);
      withResolvers(schema);
      if (answer.errors) failures += 1;
      expect(JSON.stringify(answer.data), query).to.equal(JSON.stringify(expected.data));
      expect(holesOf(answer), query).to.deep.equal(holesOf(expected));
    }
    expect(plans).to.be.greaterThan(COUNT / 8);
    expect(failures).to.be.greaterThan(COUNT / 40);
  });

  // What no one waits for would be an unhandled rejection: testing/hooks.ts fails then.
  it('waits for fields and items that fail later, when one beside them has failed at once', async () => {
    const small = buildSchema('type Query { a: Item, items: [Item!] } type Item { late: Int!, now: Int! }');
    const late = () => immediate().then(() => Promise.reject(new Error('late')));
    const now = new Error('now');
    const rootValue = { a: { late, now }, items: () => [late(), now, late()] };
    const document = parse('{ a { late now } items { now } }');
    const { data, errors } = (await plannedExecution(small)({ schema: small, document, rootValue }))!;
    expect(JSON.stringify(data)).to.equal('{"a":null,"items":null}');
    expect(errors!.map(({ message }) => message)).to.deep.equal(['now', 'now']);
  });

  it('leaves what has no plan to another executor', () => {
    const planned = plannedExecution(schema);
    const refused: Array<[text: string, operationName?: string]> = [
      ['query ($b: Boolean!) { databases { totalCount @include(if: $b) } }'],
      ['{ __schema { queryType { name } } }'],
      ['{ __proto__: databases { totalCount } }'],
      ['subscription { backupReceived { id } }'],
      ['query A { databases { totalCount } } query B { databases { totalCount } }'],
      ['query A { databases { totalCount } }', 'B'],
      [`{ databases { ${Array.from({ length: 1001 }, (_, at) => `a${at}: totalCount`).join(' ')} } }`],
      ['query ($first: Int!) { databases(first: $first) { totalCount } }'],
    ];
    for (const [text, operationName] of refused)
      expect(planned({ schema, document: parse(text), operationName }), text).to.equal(undefined);
  });
});

function validated(schema: GraphQLSchema, query: string): DocumentNode | undefined {
  try {
    const document = parse(query);
    return validate(schema, document).length === 0 ? document : undefined;
  } catch {
    return undefined;
  }
}

function isVariables(variables: Question['variables']): variables is Record<string, unknown> | undefined {
  return variables === undefined || (typeof variables === 'object' && !Array.isArray(variables));
}

/**
 * Where an answer has null instead of what failed. Which of several failures below one null are reported is left open by the
 * specification.
 */
function holesOf({ data, errors = [] }: ExecutionResult): string[] {
  const holes = errors.map(error => {
    const hole = holeOf(data, error);
    const isOwn = hole.length === error.path!.length;
    return JSON.stringify(isOwn ? [hole, error.message, error.locations] : [hole]);
  });
  return [...new Set(holes)].sort();
}

function holeOf(data: unknown, { path }: GraphQLError): ReadonlyArray<string | number> {
  let value = data;
  for (const [at, key] of path!.entries()) {
    if (value === null) return path!.slice(0, at);
    value = (value as Record<string | number, unknown>)[key];
  }
  return path!;
}

/**
 * Gives each field a resolver whose result hangs on the object, the field and its arguments alone.
 * @param allLate whether all results and items of lists are promises
 */
function withResolvers(schema: GraphQLSchema, { allLate = false } = {}): GraphQLSchema {
  const resolve: GraphQLFieldResolver<{ seed: number }, unknown> = ({ seed }, args, _, { fieldName, returnType }) => {
    const random = new SeededRandom(hashOf(`${seed} ${fieldName} ${JSON.stringify(args)}`));
    return resultOf(returnType, random, allLate);
  };
  const types = Object.values(schema.getTypeMap()).filter(type => isObjectType(type) && !type.name.startsWith('__'));
  for (const type of types)
    if (isObjectType(type)) for (const field of Object.values(type.getFields())) field.resolve = resolve;
  return schema;
}

function resultOf(type: GraphQLOutputType, random: SeededRandom, allLate: boolean): unknown {
  const dice = random.below(60);
  const error = new Error('failed');
  // A list may hold promises that are rejected: they are made when someone takes them.
  const make = () => (dice < 3 ? error : dice === 3 ? null : soundValue(getNullableType(type), random, allLate));
  if (allLate) return immediate().then(make);
  if (dice === 1) return Promise.reject(error);
  if (dice === 2) return immediate().then(() => Promise.reject(error));
  return dice < 15 ? immediate().then(make) : make();
}

function soundValue(type: GraphQLOutputType, random: SeededRandom, allLate: boolean): unknown {
  if (isListType(type)) {
    const seeds = Array.from({ length: random.below(4) }, () => random.below(1e9));
    return seeds.map(seed => resultOf(type.ofType, new SeededRandom(seed), allLate));
  }
  const named = getNamedType(type);
  if (isObjectType(named)) return { seed: random.below(1e9) };
  if (isEnumType(named)) return random.below(20) === 0 ? 'strange' : named.getValues()[0]!.value;
  if (named.name === 'Boolean') return random.below(2) === 0;
  return ['Int', 'Float', 'BigInt'].includes(named.name) ? random.below(1000) : `text ${random.below(1000)}`;
}

function hashOf(text: string): number {
  let hash = 7;
  for (let at = 0; at < text.length; at++) hash = (hash * 31 + text.charCodeAt(at)) % 1_000_000_007;
  return hash;
}
