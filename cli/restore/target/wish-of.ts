import type { Manifest } from '../../../protocol/manifest.ts';
import type { ServiceAccess } from '../../access/service-access.ts';
import { ConfigurationError } from '../../errors.ts';
import { commandLine, withValue } from '../../options/command-line.ts';
import type { OptionsOf } from '../../options/commands.ts';
import { didYouMean } from '../../options/did-you-mean.ts';
import { parsedFlag } from '../../options/typed-words.ts';
import type { RestoreWish } from './restore-wish.ts';

/** The options, and the way to the service that they name. */
export type RestoreSettings = OptionsOf<'restore'> & { readonly access: ServiceAccess };

/** @throws {ConfigurationError} where options contradict each other, naming all of them at once */
export function refuseContradictions(settings: OptionsOf<'restore'>, typed: Readonly<Record<string, unknown>>): void {
  const given = (flag: string) => {
    const value = typed[parsedFlag(flag)];
    return value !== undefined && value !== false;
  };
  const mistakes = EXCLUSIVE.filter(([one, other]) => given(one) && given(other)).map(
    ([one, other, why]) => `--${one} and --${other} can't be given together: ${why}`,
  );
  if (settings.dataOnly && settings.noEvents) mistakes.push('--data-only restores no events: leave out --no-events');
  if (mistakes.length > 0) throw new ConfigurationError(mistakes);
}

const EXCLUSIVE = [
  ['from', 'at', 'a file is one backup'],
  ['into', 'replace', 'a new database replaces nothing'],
  ['schema-only', 'data-only', 'nothing would be left'],
  ['to-stdout', 'to', 'nothing is loaded'],
  ['to-stdout', 'into', 'nothing is loaded'],
  ['to-stdout', 'replace', 'nothing is loaded'],
  ['to-stdout', 'json', 'stdout has the SQL'],
  ['data-only', 'replace', 'its definitions would be lost'],
  ['events', 'no-events', 'events are enabled or not'],
] as const;

/** @returns what the options ask for @throws {ConfigurationError} when the backup has no such table */
export function wishOf(settings: RestoreSettings, label: string, manifest: Manifest | undefined): RestoreWish {
  const { into, replace, schemaOnly, dataOnly } = settings;
  return {
    mode: replace ? 'replace' : into === undefined ? 'empty' : 'new',
    tables: settings.tables && namedTables(settings.tables, { label, manifest }),
    parts: schemaOnly ? 'schema' : dataOnly ? 'data' : 'all',
    definer: settings.definer,
    collations: settings.collation ?? new Map(),
    // A copy beside the original would send its invoices once more.
    isWithoutEvents: settings.noEvents || (into !== undefined && !settings.events),
    isWithoutEncryption: settings.withoutEncryption,
    isAcrossFlavours: settings.acrossFlavours,
    isForced: settings.force,
  };
}

function namedTables(texts: readonly string[], { label, manifest }: { label: string; manifest: Manifest | undefined }) {
  const known = manifest?.inventory.tables.map(({ name }) => name);
  const chosen = [...new Set(texts.flatMap(text => (known?.includes(text) ? [text] : tablesIn(text))))];
  if (!known) return chosen;
  const unknown = chosen.filter(name => !known.includes(name));
  if (unknown.length === 0) return chosen;
  const [first] = unknown;
  throw new ConfigurationError(
    unknown.map(name => `the backup has no table ${name}${whatElse(name, manifest!)}${didYouMean(name, known)}`),
    {
      advice: `${commandLine('find', label, { options: withValue('--table', first!) })} lists the backups that have it.`,
    },
  );
}

function whatElse(name: string, { inventory }: Manifest): string {
  if (inventory.views.includes(name)) return ': it is a view, which is restored only with the whole database';
  if (inventory.sequences.includes(name)) return ': it is a sequence, which is restored only with the whole database';
  return '';
}

function tablesIn(text: string): string[] {
  return text
    .split(',')
    .map(part => part.trim())
    .filter(part => part !== '');
}
