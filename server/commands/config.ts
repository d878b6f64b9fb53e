import { readConfigurationFile } from '../configuration/reading/configuration-file.ts';
import { givenPath } from '../launch/given-path.ts';
import type { Streams } from './command.ts';
import { configurationInWords } from './configuration-in-words.ts';

const USAGE = `Checks a file for LUMBUNG_CONFIG before the service reads it.

  sudo lumbung config check FILE

Without FILE it checks the one that LUMBUNG_CONFIG names. It exits with 1 when the file has mistakes, and shows
them all. \${NAME} in the file is looked up in the variables of the service.
`;

/** What `lumbung config …` does. No secret is shown. */
export async function runConfigCommand(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  { out, err }: Streams,
): Promise<number> {
  const [command = '--help', given, ...more] = args;
  const path = given === undefined ? env.LUMBUNG_CONFIG : givenPath(env, given);
  if (args.includes('--help') || command === '--help') {
    out.write(USAGE);
    return 0;
  }
  if (command !== 'check' || more.length > 0) {
    err.write('There is only "config check FILE": sudo lumbung config --help shows the usage\n');
    return 1;
  }
  if (!path) {
    err.write('Name a file, or set LUMBUNG_CONFIG: sudo lumbung config check lumbung.yaml\n');
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
