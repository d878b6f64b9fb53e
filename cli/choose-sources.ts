import type { DatabaseSource } from './config.ts';
import { ConfigurationError } from './problems.ts';
import type { BackupSettings } from './settings.ts';

/** @returns the databases that --only names, or all @throws {ConfigurationError} when it names one that is not listed */
export function chooseSources(
  sources: readonly DatabaseSource[],
  { only, config }: Pick<BackupSettings, 'only' | 'config'>,
): readonly DatabaseSource[] {
  if (!only) return sources;
  const unknown = only.filter(label => !sources.some(source => source.label === label));
  if (unknown.length > 0)
    throw new ConfigurationError([`--only names ${unknown.join(', ')}, which ${config} does not list`]);
  return sources.filter(source => only.includes(source.label));
}
