import { readConfigurationFile } from '../configuration/reading/configuration-file.ts';
import type { Streams } from './command.ts';
import { configurationInWords } from './configuration-in-words.ts';

const USAGE = `Checks a file for LUMBUNG_CONFIG before the service reads it.

  node server/main.ts config check FILE

Without FILE it checks the one that LUMBUNG_CONFIG names. It ends with 1 when the file has mistakes, and shows
them all. Run it with the environment of the service: \${NAME} in the file is looked up there.
`;

/** What `node server/main.ts config …` does. No secret is shown. */
export async function runConfigCommand(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  { out, err }: Streams,
): Promise<number> {
  const [command = '--help', path = env.LUMBUNG_CONFIG, ...more] = args;
  if (args.includes('--help') || command === '--help') {
    out.write(USAGE);
    return 0;
  }
  if (command !== 'check' || more.length > 0) {
    err.write('There is only "config check FILE": node server/main.ts config --help shows the usage\n');
    return 1;
  }
  if (!path) {
    err.write('Name a file, or set LUMBUNG_CONFIG: node server/main.ts config check lumbung.yaml\n');
    return 1;
  }
  const result = await readConfigurationFile(path, env);
  if ('configuration' in result) {
    out.write(`${path} has no mistakes.\n\n${configurationInWords(result.configuration)}`);
    return 0;
  }
  err.write(result.mistakes.map(line => `${line}\n`).join(''));
  err.write(`${result.mistakes.length === 1 ? 'One mistake' : `${result.mistakes.length} mistakes`}\n`);
  return 1;
}
