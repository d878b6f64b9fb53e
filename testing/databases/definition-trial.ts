import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { buffer, text } from 'node:stream/consumers';
import { expect } from 'chai';
import fc from 'fast-check';
import { createConnection } from 'mysql2/promise';
import type { DumpContents } from '../../cli/dump-parser/dump-contents.ts';
import { InventoryScanner } from '../../cli/dump-parser/inventory-scanner.ts';
import { readAsServer } from '../../cli/dump-parser/server-reading/server-reading.ts';

/** Runs may go on side by side. */
const SOURCE = `trial_source_${process.pid}`;
const COPY = `trial_copy_${process.pid}`;

/** A server with its own dump program and its own client. */
export interface TrialServer {
  readonly flavour: 'mysql' | 'mariadb';
  readonly socketPath: string;
  readonly dump: string;
  readonly client: string;
}

/** A definition made through an API, which reads no lines and knows no client commands. */
export interface Definition {
  readonly kind: 'trigger' | 'event' | 'procedure';
  readonly body: string;
  readonly sqlMode: string;
}

export interface Verdict {
  /** Whether the server took it at all. */
  readonly isValid: boolean;
  /** Whether the real client loads the real dump of it, and it is the same afterwards. */
  readonly comesBack: boolean;
  /** Whether it comes back when the client is given --binary-mode. */
  readonly comesBackInBinaryMode: boolean;
  readonly contents?: DumpContents;
  readonly dump: string;
  readonly said: string;
}

/**
 * Makes a definition on a real server through an API, dumps it with the real dump program, reads the dump with the scanner, and loads it
 * with the real client.
 * @param rowsBehind whether something follows it in the dump that may be swallowed
 */
export async function tryDefinition(server: TrialServer, definition: Definition): Promise<Verdict> {
  const { kind, body, sqlMode } = definition;
  await using api = await createConnection({ socketPath: server.socketPath, user: 'root', charset: 'utf8mb4' });
  for (const statement of [`drop database if exists ${SOURCE}`, `create database ${SOURCE}`, `use ${SOURCE}`])
    await api.query(statement);
  await api.query('create table t (id int)');
  await api.query('create view v as select * from t');
  await api.query(`set sql_mode = '${sqlMode}'`);
  const create = {
    trigger: `create trigger it before insert on t for each row ${body}`,
    event: `create event it on schedule every 1 day starts '2037-01-01 00:00:00' do ${body}`,
    procedure: `create procedure it() ${body}`,
  }[kind];
  try {
    await api.query(create);
  } catch (error) {
    return { isValid: false, comesBack: false, comesBackInBinaryMode: false, dump: '', said: String(error) };
  }
  const dumped = await run(server, server.dump, [...DUMP, SOURCE]);
  // A dump that fails is reported as such.
  if (dumped.code !== 0)
    return { isValid: false, comesBack: false, comesBackInBinaryMode: false, dump: '', said: dumped.said };
  const scanner = new InventoryScanner();
  for (let at = 0; at < dumped.out.length; at += 61) scanner.scan(dumped.out.subarray(at, at + 61));
  const before = await definitionIn(api, SOURCE, kind);
  if (before === undefined) throw new Error(`no definition: ${body}`);
  const loads = async (...options: string[]) => {
    await api.query(`drop database if exists ${COPY}`);
    await api.query(`create database ${COPY}`);
    const loaded = await run(server, server.client, ['--comments', ...options, COPY], dumped.out);
    const after = await definitionIn(api, COPY, kind);
    const isSame =
      after !== undefined &&
      JSON.stringify(tokensOf(after, definition, server)) === JSON.stringify(tokensOf(before, definition, server));
    const [views] = await api.query(`select 1 from information_schema.views where table_schema = '${COPY}'`);
    return {
      isSame: loaded.code === 0 && isSame && (views as unknown[]).length === 1,
      said: `${loaded.said}\n${before}\n=>\n${after}`,
    };
  };
  const plain = await loads();
  const binary = await loads('--binary-mode');
  return {
    isValid: true,
    comesBack: plain.isSame,
    comesBackInBinaryMode: binary.isSame,
    contents: scanner.end(),
    dump: dumped.out.toString(),
    said: plain.said,
  };
}

/** Malicious or unlucky definitions, most of them valid. */
export function awkwardDefinitions(flavour: 'mysql' | 'mariadb'): fc.Arbitrary<Definition> {
  const inside = fc.array(fc.constantFrom(...SIGNS), { maxLength: 6 }).map(parts => parts.join(''));
  const gap = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(' ', '\n', ' ', '\r\n', '\t') },
    { weight: 5, arbitrary: inside.map(text => `/* ${text.replaceAll('*/', '')} */`) },
    { weight: 1, arbitrary: inside.map(text => `/*${text.replaceAll('*/', '')}*/`) },
    { weight: 2, arbitrary: inside.map(text => `-- ${text.replaceAll(/[\r\n]/g, '')}\n`) },
    { weight: 1, arbitrary: inside.map(text => `#${text.replaceAll(/[\r\n]/g, '')}\n`) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(' /*!50003 */ ', ' /*!99999 x */ ', '/*+ x */ ', '/*M!100100 */', ' /*!999999 y */ '),
    },
  );
  const string = fc.record({ text: inside, quote: fc.constantFrom("'", "'", '"') });
  const sqlMode = fc.constantFrom(
    '',
    '',
    '',
    'ANSI_QUOTES',
    'NO_BACKSLASH_ESCAPES',
    'ANSI_QUOTES,NO_BACKSLASH_ESCAPES',
  );
  const statement = fc.record({ gaps: fc.array(gap, { minLength: 6, maxLength: 6 }), string, form: fc.nat(7) });
  return fc
    .record({
      kind: fc.constantFrom('trigger' as const, 'event' as const, 'procedure' as const),
      sqlMode,
      isBlock: fc.boolean(),
      end: fc.constantFrom('', '', '\n', ' -- done', " # it's", ' /* end */'),
      statements: fc.array(statement, { minLength: 1, maxLength: 3 }),
    })
    .map(({ kind, sqlMode, isBlock, statements, end }) => {
      const literal = ({ text, quote }: { text: string; quote: string }) =>
        quoted(text, sqlMode.includes('ANSI') ? "'" : quote, sqlMode);
      const parts = statements.map(({ gaps: [a, b, c, d], string, form }) => {
        const value = literal(string);
        return [
          `SET${a}@a${b}=${c}${value}${d}`,
          `SET @a =${a}${value};${b}SET @b = 2${c}`,
          `SET @b = 2*${a}3 ${b}`,
          `SET @c = (SELECT${a}${value}${b} AS \`x${c === '\n' ? '' : '#'}\`)`,
          `IF 1 ${a}THEN SET @a =${b}${value}; END IF${c}`,
          `SET @a = CASE WHEN 1${a}THEN${b}${value} ELSE '' END${c}`,
          `SET @a = (SELECT ${flavour === 'mariadb' ? '\\N' : 'NULL'}${a})`,
          sqlMode.includes('ANSI')
            ? `SET @a = (SELECT 1 AS "${string.text.replaceAll('"', '').slice(0, 9)}x")${a}`
            : `SET @d = ${a} ${value}${b}`,
        ][form]!;
      });
      const first = statements[0]!.gaps;
      const body = isBlock
        ? `BEGIN${first[4] === '' ? ' ' : first[4]}${parts.map(part => `${part};${first[5]}`).join('')} END${end}`
        : `BEGIN ${parts[0]}; END${end}`;
      return { kind, sqlMode, body: kind === 'event' ? body.replaceAll(/;+/g, ';') : body };
    });
}

const SIGNS = [
  "'",
  '"',
  '`',
  '\\',
  '/*',
  '*/',
  '*/',
  '/*!',
  '/*+',
  '/*!50003 ',
  ';',
  ';;',
  '--',
  '-- ',
  '#',
  '\n',
  '\r\n',
  'x',
  ' ',
  'é',
  '*',
  '/',
  '$$',
  'DELIMITER ;\n',
  '\0',
];

function quoted(value: string, quote: string, sqlMode: string): string {
  const escaped = sqlMode.includes('NO_BACKSLASH_ESCAPES')
    ? value
    : value.replaceAll('\\', '\\\\').replaceAll('\0', '');
  return `${quote}${escaped.replaceAll(quote, quote + quote)}${quote}`;
}

const DUMP = [
  '--single-transaction',
  '--quick',
  '--routines',
  '--events',
  '--triggers',
  '--hex-blob',
  '--default-character-set=utf8mb4',
  '--no-tablespaces',
];

async function run({ flavour, socketPath }: TrialServer, program: string, args: string[], input?: Buffer) {
  const own = flavour === 'mysql' && program.endsWith('dump') ? ['--set-gtid-purged=OFF', '--column-statistics=0'] : [];
  const child = spawn(program, ['--no-defaults', '-uroot', `--socket=${socketPath}`, ...own, ...args], {
    timeout: 30_000,
  });
  child.stdin.on('error', () => {}); // a client that stops at an error reads no further
  child.stdin.end(input);
  const [out, said, [code]] = await Promise.all([buffer(child.stdout), text(child.stderr), once(child, 'close')]);
  return { out, said, code: code as number | null };
}

type Api = Awaited<ReturnType<typeof createConnection>>;

/** As the server would give it to a dump program; the information_schema has another text, in which strings are spoilt. */
async function definitionIn(api: Api, database: string, kind: Definition['kind']): Promise<string | undefined> {
  try {
    const [rows] = await api.query(`show create ${kind} ${database}.it`);
    const [row] = rows as Record<string, string>[];
    return row?.['SQL Original Statement'] ?? row?.['Create Event'] ?? row?.['Create Procedure'];
  } catch {
    return undefined;
  }
}

/** All that means something to the server. */
function tokensOf(body: string, { sqlMode }: Definition, { flavour }: TrialServer): string[] {
  const code = Buffer.from(body).toString('latin1');
  const rules = {
    flavour,
    delimiter: '\u0100',
    escapes: !sqlMode.includes('NO_BACKSLASH_ESCAPES'),
    ansiQuotes: sqlMode.includes('ANSI_QUOTES'),
    quotesInDollars: flavour === 'mysql',
  };
  return readAsServer(code, rules).tokens.map(({ at, end }) => code.slice(at, end));
}

/** Fails unless the scanner reports exactly the dumps that do not restore what was dumped. */
export function expectTruth(verdict: Verdict, about: string): void {
  const { comesBack, comesBackInBinaryMode, contents, said } = verdict;
  const { misreadings, unexpected, databases, isBalanced, endsWithMarker } = contents!;
  const kinds = misreadings.map(({ what }) => what);
  const needsBinaryMode = kinds.length > 0 && kinds.every(what => what === 'a line end in a string');
  const isFound =
    !isBalanced ||
    !endsWithMarker ||
    unexpected.length > 0 ||
    databases.length > 0 ||
    (kinds.length > 0 && !needsBinaryMode);
  const truth = comesBackInBinaryMode ? (comesBack ? 'loads' : 'needs binary mode') : 'does not load';
  const told = isFound ? 'does not load' : needsBinaryMode ? 'needs binary mode' : 'loads';
  // Nothing is lost by an option that was not needed.
  if (told === 'needs binary mode' && truth === 'loads') return;
  expect(told, `${about}\n${JSON.stringify({ kinds, unexpected })}\n${said}`).to.equal(truth);
}
