import type { InferType } from 'yup';
import { didYouMean } from './did-you-mean.ts';
import { type Mistake, MOST_MISTAKES, type Path } from './mistake.ts';
import type { ROOT } from './root-schema.ts';

/** The file as it was checked: what is wrong in it is undefined, wherever it stands. */
export type Checked = DeepPartial<InferType<typeof ROOT>>;

type DeepPartial<T> = T extends object ? { [Key in keyof T]?: DeepPartial<T[Key]> | undefined } : T;

/** @returns a mistake for each name of a group, a policy or a channel that the file does not have: as many as are shown, and one more */
export function checkReferences({ groups, databases, retention, channels, routes, digest }: Checked): Mistake[] {
  const names = {
    group: Object.keys(groups ?? {}),
    policy: [...Object.keys(retention?.policies ?? {}), 'default'],
    channel: Object.keys(channels ?? {}),
  };
  const known = { group: new Set(names.group), policy: new Set(names.policy), channel: new Set(names.channel) };
  const mistakes: Mistake[] = [];
  const refer = (noun: keyof typeof names, name: string | undefined, path: Path) => {
    if (name === undefined || known[noun].has(name) || mistakes.length > MOST_MISTAKES) return;
    const guess = didYouMean(name, names[noun]);
    mistakes.push({ path, message: `the file has no ${noun} named ${JSON.stringify(name)}${guess}` });
  };
  const referAll = (noun: keyof typeof names, list: readonly (string | undefined)[] | undefined, path: Path) =>
    list?.forEach((name, index) => void refer(noun, name, [...path, index]));
  for (const [name, group] of Object.entries(groups ?? {})) {
    refer('policy', group?.retention, ['groups', name, 'retention']);
    referAll('channel', group?.digest?.channels, ['groups', name, 'digest', 'channels']);
  }
  for (const [name, database] of Object.entries(databases ?? {})) {
    refer('group', database?.group, ['databases', name, 'group']);
    refer('policy', database?.retention, ['databases', name, 'retention']);
  }
  refer('policy', retention?.default, ['retention', 'default']);
  routes?.forEach((route, index) => {
    referAll('group', route?.groups, ['routes', index, 'groups']);
    referAll('channel', route?.channels, ['routes', index, 'channels']);
  });
  referAll('channel', digest?.channels, ['digest', 'channels']);
  if (digest && names.channel.length === 0)
    mistakes.push({ path: ['digest'], message: 'goes nowhere: the file has no channels' });
  return mistakes;
}
