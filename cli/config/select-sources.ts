import { ConfigurationError } from '../errors.ts';
import { didYouMean } from '../options/did-you-mean.ts';
import type { BackupSettings } from '../options/settings.ts';
import type { DatabaseSource } from './databases.ts';

/** @returns the databases that --only names, or all @throws {ConfigurationError} when it names one that is not listed */
export function chooseSources(
  sources: readonly DatabaseSource[],
  { only, config }: Pick<BackupSettings, 'only' | 'config'>,
): readonly DatabaseSource[] {
  if (!only) return sources;
  const labels = sources.map(({ label }) => label);
  const chosen = only.flatMap(text => labelsIn(text, labels));
  const unknown = chosen.filter(label => !labels.includes(label));
  if (unknown.length > 0)
    throw new ConfigurationError(
      unknown.map(label => `--only names ${label}, which ${config} does not list${didYouMean(label, labels)}`),
    );
  return sources.filter(source => chosen.includes(source.label));
}

/** A label may contain commas, or begin with a blank: a text that is a label as it stands is one label. */
export function labelsIn(text: string, labels: readonly string[]): string[] {
  if (labels.includes(text)) return [text];
  return text
    .split(',')
    .filter(part => part.trim() !== '')
    .map(part => (labels.includes(part) ? part : part.trim()));
}
