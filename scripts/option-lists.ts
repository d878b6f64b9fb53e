// Writes the lists of commands, options and variables into the pages of docs/reference, from their descriptions in
// cli/options/commands.ts, server/config.ts and server/configuration/, and the JSON Schema of lumbung.yaml:
//   option-lists.ts          writes them
//   option-lists.ts --check  exits with 1 when a list is not what would be written
// A list stands between two comments: <!-- npm run docs writes: NAME --> and <!-- to here -->.
import { readFile, writeFile } from 'node:fs/promises';
import process from 'node:process';
import { isDeepStrictEqual } from 'node:util';
import {
  COMMON,
  type CommandName,
  commandNames,
  describedCommand,
  VARIABLES as SADE_VARIABLES,
} from '../cli/options/commands.ts';
import { argumentIn } from '../cli/options/help.ts';
import type { OptionDescription } from '../cli/options/option.ts';
import { COMMANDS } from '../server/commands/commands.ts';
import { shownDefault } from '../server/commands/usage.ts';
import { VARIABLES, type Variable } from '../server/config.ts';
import { type DescribedKey, describedKeys, jsonSchema } from '../server/configuration/reading/json-schema.ts';

const WIDTH = 120;
const PAGES = ['commands.md', 'configuration.md', 'lumbung-yaml.md'].map(
  name => new URL(`../docs/reference/${name}`, import.meta.url),
);

const LISTS: Readonly<Record<string, () => string>> = {
  commands: listCommands,
  'commands of the service': listServiceCommands,
  'variables of sade': () => withoutFlag().map(describeOption).join('\n'),
  'keys of lumbung.yaml': () => listKeys(describedKeys().filter(({ type }) => type === undefined)),
  'keys of channels': listChannels,
  variables: () => Object.values(VARIABLES).map(describeVariable).join('\n'),
  ...Object.fromEntries(commandNames().map(name => [`options of sade ${name}`, () => listOptions(name)])),
};

let isStale = false;
for (const page of PAGES) {
  const text = await readFile(page, 'utf8');
  const wanted = text.replaceAll(
    /(<!-- npm run docs writes: (.+) -->\n)[\s\S]*?(<!-- to here -->)/g,
    (_, begin, name, end) => {
      const list = LISTS[name];
      if (!list) throw new Error(`${page.pathname}: there is no list "${name}", only ${Object.keys(LISTS).join(', ')}`);
      return `${begin}${list()}\n${end}`;
    },
  );
  if (wanted === text) continue;
  isStale = true;
  if (!process.argv.includes('--check')) await writeFile(page, wanted);
  else process.stderr.write(`${page.pathname} is older than the options or variables: run \`npm run docs\`\n`);
}
const schemaFile = new URL('../docs/reference/lumbung.schema.json', import.meta.url);
const known: unknown = JSON.parse(await readFile(schemaFile, 'utf8').catch(() => 'null'));
if (!isDeepStrictEqual(known, JSON.parse(JSON.stringify(jsonSchema())))) {
  isStale = true;
  if (!process.argv.includes('--check')) await writeFile(schemaFile, `${JSON.stringify(jsonSchema(), undefined, 2)}\n`);
  else process.stderr.write('docs/reference/lumbung.schema.json is older than the schema: run `npm run docs`\n');
}
if (isStale && process.argv.includes('--check')) process.exit(1);

function listKeys(keys: readonly DescribedKey[]): string {
  return keys
    .filter(({ about }) => about !== '')
    .map(({ path, about, fallback, isSecret }) => {
      const name = path.slice(path.lastIndexOf('channels.NAME.') < 0 ? 0 : 'channels.NAME.'.length);
      const notes = [...(fallback === undefined ? [] : [`default \`${fallback}\``]), ...(isSecret ? ['secret'] : [])];
      return wrap(`- ${[`**\`${name}\`**`, ...notes].join(', ')}: ${about}.`, '  ');
    })
    .join('\n');
}

function listChannels(): string {
  const channels = Map.groupBy(
    describedKeys().filter(({ type }) => type !== undefined),
    ({ type }) => type!,
  );
  return [...channels].map(([type, keys]) => `### ${type}\n\n${listKeys(keys)}`).join('\n\n');
}

/** What every command takes from its environment only. */
function withoutFlag(): OptionDescription[] {
  const common: OptionDescription[] = Object.values(COMMON);
  return [...Object.values(SADE_VARIABLES), ...common.filter(({ flag }) => flag === undefined)];
}

function listCommands(): string {
  const rows = commandNames().map(name => {
    const { argument, summary } = describedCommand(name);
    return `| \`sade ${name}${argument ? ` ${argumentIn(argument)}` : ''}\` | ${lowered(firstSentence(summary))} |`;
  });
  return ['| command | what it does |', '|---|---|', ...rows].join('\n');
}

/** All of them have `--help`. */
function listServiceCommands(): string {
  const rows = Object.entries(COMMANDS).map(([name, { summary }]) => {
    const what = summary
      .replace(`; ${name} --help shows how`, '')
      .replace(/^config check FILE: /, '`config check FILE` ');
    return wrap(`- **\`${name}\`**: ${what}.`, '  ');
  });
  return rows.join('\n');
}

/** Options that mean the same for `sade backup` are described there. */
function listOptions(name: CommandName): string {
  const options = Object.values(describedCommand(name).options).filter(({ flag }) => flag !== undefined);
  const known = name === 'backup' ? [] : options.filter(isOfBackup);
  const own = options.filter(option => !known.includes(option));
  const shared = known.map(({ flag }) => `\`--${flag}\``).join(', ');
  return [...(shared ? [wrap(`As for \`sade backup\`: ${shared}.`, ''), ''] : []), ...own.map(describeOption)].join(
    '\n',
  );
}

function isOfBackup({ flag, meaning }: OptionDescription): boolean {
  return Object.values(describedCommand('backup').options).some(
    other => other.flag === flag && other.meaning === meaning,
  );
}

function describeOption({ flag, alias, value, variable, fallback, ...rest }: OptionDescription): string {
  const shown = rest.fallbackInDocs ?? (value && fallback && `\`${fallback}\``);
  const names = [
    `**\`${flag ? `--${flag}` : `${variable}=`}${value && flag ? ' ' : ''}${value ?? ''}\`**`,
    ...(alias ? [`\`-${alias}\``] : []),
    ...(variable && flag ? [`\`${variable}${value ? '' : '=1'}\``] : []),
    ...(shown ? [`default ${shown}`] : []),
  ];
  return bullet(names.join(', '), rest);
}

function describeVariable(variable: Variable): string {
  const shown = shownDefault(variable);
  const plain = variable.fallbackInDocs === undefined ? `\`${shown}\`` : shown;
  return bullet(`**\`${variable.name}\`**${shown === undefined ? '' : `, default ${plain}`}`, variable);
}

function bullet(head: string, { meaning, details }: { readonly meaning: string; readonly details?: string }): string {
  return wrap(`- ${head}: ${lowered(meaning)}.${details ? ` ${details}` : ''}`, '  ');
}

/** What is a name, such as `MySQL`, keeps its capital. */
function lowered(text: string): string {
  return text.replace(/^[A-Z](?=[a-z]*\b)/, letter => letter.toLowerCase());
}

function firstSentence(text: string): string {
  return text.split('. ')[0]!;
}

function wrap(text: string, indent: string): string {
  const lines = [''];
  // What stands in backticks has its blanks, and is not broken.
  for (const word of text.match(/(?:`[^`]*`|\S)+/g) ?? []) {
    const line = lines.at(-1)!;
    if (line.trim() === '' || line.length + 1 + word.length <= WIDTH)
      lines[lines.length - 1] = line.trim() === '' ? line + word : `${line} ${word}`;
    else lines.push(indent + word);
  }
  return lines.join('\n');
}
