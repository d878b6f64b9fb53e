import { readFile } from 'node:fs/promises';
import type { Logger } from 'pino';
import { shellWord } from '../../../protocol/texts/shell-word.ts';
import { codeOf, messageOf } from '../../errors/error-code.ts';
import type { Configuration } from '../configuration.ts';
import { configurationOf } from './configuration-of.ts';
import type { ReadConfiguration } from './read-configuration.ts';

/** The configuration of the service while it runs. */
export interface ConfigurationFile {
  /** The newest one without a mistake. */
  current(): Configuration;
  /** Reads the file again. Never throws: one with mistakes is logged, and the last configuration stays. */
  reload(): Promise<void>;
  /** @param listener gets each new configuration */
  onChange(listener: Listener): void;
  state(): ConfigurationState;
}

type Listener = (configuration: Configuration) => void;

export interface ConfigurationState {
  /** When the configuration that holds was read. */
  readonly loadedAt: Date;
  /** When a newer one was refused; undefined when the file is as it holds. */
  readonly refusedAt: Date | undefined;
  /** A line for each mistake of the newer one. */
  readonly mistakes: readonly string[];
}

interface Opening {
  /** Undefined: there is no file, and all defaults hold. */
  readonly path: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: Logger;
  readonly now?: () => Date;
}

/**
 * Reads the file that LUMBUNG_CONFIG names.
 * @throws Error that names every mistake, one a line, when it can't be used at first
 */
export async function openConfiguration({
  path,
  env,
  log,
  now = () => new Date(),
}: Opening): Promise<ConfigurationFile> {
  const first = await readConfigurationFile(path, env);
  if ('mistakes' in first)
    throw new Error(`LUMBUNG_CONFIG ${path} has mistakes:\n${first.mistakes.map(line => `  ${line}`).join('\n')}`);
  let current = first.configuration;
  let state: ConfigurationState = { loadedAt: now(), refusedAt: undefined, mistakes: [] };
  const listeners: Listener[] = [];
  let reading: Promise<void> = Promise.resolve();
  const readAgain = async () => {
    const next = await readConfigurationFile(path, env);
    if ('mistakes' in next) {
      state = { ...state, refusedAt: now(), mistakes: next.mistakes };
      logMistakes(log, path, next.mistakes);
      return;
    }
    current = next.configuration;
    state = { loadedAt: now(), refusedAt: undefined, mistakes: [] };
    log.info(`Configuration: ${path} was read again, and holds from now on`);
    for (const listener of listeners) tell(listener, current, log);
  };
  const keepLast = (err: unknown) => {
    state = { ...state, refusedAt: now(), mistakes: [`${path} could not be read: the log of the service shows why`] };
    log.error({ err }, `Configuration: ${path} ${BY_A_BUG}`);
  };
  return {
    current: () => current,
    state: () => state,
    onChange: listener => void listeners.push(listener),
    reload() {
      // One after the other: the last signal must win.
      if (path !== undefined) reading = reading.then(readAgain).catch(keepLast);
      return reading;
    },
  };
}

const BY_A_BUG = 'could not be read by a bug of the service; the last configuration stays';

function logMistakes(log: Logger, path: string | undefined, mistakes: readonly string[]): void {
  for (const mistake of mistakes) log.error(`Configuration: ${mistake}`);
  log.error(
    { mistakes: mistakes.length },
    `Configuration: ${path} has mistakes, so the last configuration stays. Fix them, and send SIGHUP again; sudo lumbung config check ${shellWord(String(path))} shows them, too`,
  );
}

function tell(listener: Listener, configuration: Configuration, log: Logger): void {
  try {
    listener(configuration);
  } catch (err) {
    log.error({ err }, 'Configuration: a part of the service could not take the new configuration');
  }
}

/** @returns one that no file changes */
export function steadyConfiguration(configuration: Configuration, loadedAt = new Date()): ConfigurationFile {
  return {
    current: () => configuration,
    state: () => ({ loadedAt, refusedAt: undefined, mistakes: [] }),
    onChange: () => {},
    reload: async () => {},
  };
}

/** @returns what a file means, or its mistakes, the one too that it can't be read */
export async function readConfigurationFile(
  path: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): Promise<ReadConfiguration> {
  if (path === undefined) return { configuration: configurationOf() };
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    const code = codeOf(error);
    const why = code === 'ENOENT' ? 'does not exist' : `cannot be read (${code ?? messageOf(error)})`;
    return { mistakes: [`${path} ${why}`] };
  }
  // The parser of YAML is loaded only where there is a file.
  const { readConfiguration } = await import('./read-configuration.ts');
  return readConfiguration(text, { path, env });
}
