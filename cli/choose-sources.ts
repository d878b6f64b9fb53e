import type { DatabaseSource } from './config.ts';
import { didYouMean } from './did-you-mean.ts';
import { ConfigurationError } from './problems.ts';
import type { BackupSettings } from './settings.ts';

/** @returns the databases that --only names, or all @throws {ConfigurationError} when it names one that is not listed */
export function chooseSources(
  sources: readonly DatabaseSource[],
  { only, config }: Pick<BackupSettings, 'only' | 'config'>,
): readonly DatabaseSource[] {
  if (!only) return sources;
  const labels = sources.map(({ label }) => label);
  const unknown = only.filter(label => !labels.includes(label));
  if (unknown.length > 0)
    throw new ConfigurationError(
      unknown.map(label => `--only names ${label}, which ${config} does not list${didYouMean(label, labels)}`),
    );
  return sources.filter(source => only.includes(source.label));
}
