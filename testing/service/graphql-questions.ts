import {
  type GraphQLInputType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import type { SeededRandom } from '../../bench/rows/random.ts';

/** A question for GraphQL, as it is sent. */
export interface Question {
  readonly query: string;
  readonly variables?: unknown;
  readonly operationName?: unknown;
}

const WORDS = ['constructor', '__proto__', 'toString', '__typename', 'id', 'a', 'nothing', 'databases', 'first', 'B'];
const TEXTS = [
  '',
  'client_0001',
  'mysql-',
  '%',
  "'; drop table backups; --",
  '\u0000',
  '\ud800',
  '😀'.repeat(50),
  'x'.repeat(5000),
  '../..',
  '"',
];
const HOSTILE: unknown[] = [
  ...[null, true, -1, 0, 1.5, 1e308, 2 ** 53, -(2 ** 63), '', 'x', [], {}, [[[]]], { a: { b: [1] } }],
  ...[
    JSON.parse('{"__proto__": {"first": 3}}'),
    { constructor: 1 },
    { toString: null },
    'NaN',
    '9'.repeat(400),
    Array(500).fill(1),
  ],
];

/** Makes questions from a schema: most of them valid, many with odd arguments, some broken in their text. */
export function* questions(schema: GraphQLSchema, random: SeededRandom, count: number): Generator<Question> {
  for (let made = 0; made < count; made++) {
    const question = new Writer(schema, random).write();
    const dice = random.below(10);
    if (dice < 6) yield question;
    else if (dice < 8) yield { ...question, query: broken(question.query, random) };
    else yield { ...question, variables: hostile(question.variables, random) };
  }
}

class Writer {
  readonly #schema: GraphQLSchema;
  readonly #random: SeededRandom;
  readonly #declared: string[] = [];
  readonly #values: Record<string, unknown> = {};
  readonly #fragments: string[] = [];
  #fields = 0;

  constructor(schema: GraphQLSchema, random: SeededRandom) {
    this.#schema = schema;
    this.#random = random;
  }

  write(): Question {
    const query = this.#schema.getQueryType()!;
    const aliases = this.#chance(8) ? 1 + this.#random.below(22) : 1;
    const roots = Array.from({ length: aliases }, (_, at) =>
      this.#selection(query, 0)
        .replace(/^\{ (?:\w+: )?/, aliases > 1 ? `{ r${at}: ` : '{ ')
        .slice(2, -2),
    );
    const declared = this.#declared.length > 0 ? `(${this.#declared.join(', ')})` : '';
    const text = `query Q${declared} { ${roots.join(' ')} } ${this.#fragments.join(' ')}`;
    return {
      query: text,
      variables: this.#values,
      ...(this.#chance(20) && { operationName: this.#one(['Q', 'R', null, 3]) }),
    };
  }

  #selection(type: GraphQLOutputType, depth: number): string {
    const named = getNamedType(type);
    if (!isObjectType(named)) return '';
    const fields = Object.values(named.getFields());
    const wanted = depth === 0 ? 1 : 1 + this.#random.below(4);
    const picked = Array.from({ length: wanted }, () => {
      this.#fields += 1;
      const field = this.#one(fields);
      const isLeaf = !isObjectType(getNamedType(field.type));
      if (!isLeaf && (depth > 6 || this.#fields > 60)) return '__typename';
      const alias = this.#chance(12) ? `${this.#one(WORDS)}: ` : '';
      const inner = this.#selection(field.type, depth + 1);
      return `${alias}${field.name}${this.#arguments(field.args)}${this.#directive()} ${inner}`;
    });
    if (!this.#chance(15) || depth === 0) return `{ ${picked.join(' ')} }`;
    const name = `F${this.#fragments.length}`;
    this.#fragments.push(
      `fragment ${name} on ${named.name} { ${picked.join(' ')} ${this.#chance(8) ? `...${name}` : ''} }`,
    );
    return `{ ...${name} ... on ${named.name} { __typename } }`;
  }

  #directive(): string {
    if (!this.#chance(15)) return '';
    const condition = this.#chance(2) ? 'true' : this.#variable('Boolean', 'true', this.#one([true, false, null]));
    return ` @${this.#one(['include', 'skip'])}(if: ${condition})`;
  }

  #arguments(args: ReadonlyArray<{ name: string; type: GraphQLInputType; defaultValue?: unknown }>): string {
    const given = args.filter(({ type }) => (isNonNullType(type) && !this.#chance(30)) || this.#chance(2));
    if (given.length === 0) return '';
    return `(${given.map(({ name, type }) => `${name}: ${this.#argument(type)}`).join(', ')})`;
  }

  #argument(type: GraphQLInputType): string {
    if (!this.#chance(4)) return this.#literal(type, 0);
    const nullable = String(type).replace(/!$/, '');
    const value = this.#chance(3) ? this.#one(HOSTILE) : this.#one([1, 10, 1000, 'complete', null, ['complete'], {}]);
    return this.#variable(nullable, this.#literal(type, 0), value);
  }

  #variable(type: string, byDefault: string, value: unknown): string {
    const name = this.#chance(10) ? this.#one(WORDS) : `v${this.#declared.length}`;
    this.#declared.push(`$${name}: ${type} = ${byDefault}`);
    Object.defineProperty(this.#values, name, { value, enumerable: true, configurable: true });
    return `$${name}`;
  }

  #literal(type: GraphQLInputType, depth: number): string {
    if (isNonNullType(type)) return this.#literal(type.ofType, depth);
    if (this.#chance(25))
      return this.#one(['null', '-1', '"x"', '[]', '{}', 'complete', '$nothing', '1e999', '"""a"""']);
    if (isListType(type))
      return `[${Array.from({ length: this.#random.below(4) }, () => this.#literal(type.ofType, depth)).join(' ')}]`;
    if (isEnumType(type)) return this.#one(type.getValues()).name;
    if (isInputObjectType(type)) {
      const fields = Object.values(type.getFields()).filter(field => isNonNullType(field.type) || this.#chance(3));
      return `{ ${fields.map(({ name, type }) => `${name}: ${this.#literal(type, depth + 1)}`).join(', ')} }`;
    }
    const texts = this.#chance(3) ? TEXTS : TEXTS.slice(0, 3);
    const instant = new Date(1.79e12 - this.#random.below(400) * 86_400_000).toISOString();
    const literals: Record<string, () => string> = {
      Int: () => this.#one(['1', '3', '10', '30', '100', '1000', '3660', '0', '1001', '2147483647']),
      Float: () => this.#one(['0', '26', '1.5', '-1', '1e6', '1e7']),
      BigInt: () => this.#one(['0', '1', '1000000', '9007199254740991', '9007199254740993', '-1']),
      Boolean: () => this.#one(['true', 'false']),
      ID: () => this.#one(['1', '365000', '"17"', '"x"', '0', '99999999999999999999']),
      DateTime: () =>
        this.#one([`"${instant}"`, `"${instant}"`, '"2026-02-30T00:00:00Z"', '"x"', '1', '"9999-12-31T23:59:60Z"']),
    };
    return literals[type.name]?.() ?? JSON.stringify(this.#one(texts));
  }

  #chance(oneIn: number): boolean {
    return this.#random.below(oneIn) === 0;
  }

  #one<T>(values: readonly T[]): T {
    return values[this.#random.below(values.length)]!;
  }
}

/** Some characters or words are missing, twice there, or others. */
function broken(query: string, random: SeededRandom): string {
  const signs = [
    '{',
    '}',
    '(',
    ')',
    '"',
    '$',
    '@',
    '...',
    '#',
    '\u0000',
    '\ufeff',
    '"""',
    '!',
    ':',
    '&',
    '[[[[[[',
    '{{{{{{{{',
    '😀',
  ];
  let text = query;
  for (let times = 1 + random.below(3); times > 0; times--) {
    const at = random.below(text.length + 1);
    const length = random.below(12);
    const kinds = [
      () => text.slice(0, at) + text.slice(at + length),
      () => text.slice(0, at) + text.slice(at, at + length).repeat(1 + random.below(200)) + text.slice(at + length),
      () => text.slice(0, at) + signs[random.below(signs.length)] + text.slice(at),
      () => `${text} ${text}`,
    ];
    text = kinds[random.below(kinds.length)]!();
  }
  return text.slice(0, 90_000);
}

function hostile(variables: unknown, random: SeededRandom): unknown {
  const any = () => HOSTILE[random.below(HOSTILE.length)];
  if (random.below(3) === 0) return any();
  const names = Object.keys(variables as object);
  return Object.fromEntries([...names, ...(random.below(2) ? ['x', 'constructor'] : [])].map(name => [name, any()]));
}
