import type { RestorePlan } from './restore-plan.ts';

/** @returns the plan as `--json` shows it, but for the spelling of its keys: what is not known is null */
export function planAsJson({ backup, target, wish, action, steps, warnings, problems, definers }: RestorePlan) {
  const { mode: _, collations, isWithoutEvents, isWithoutEncryption, isAcrossFlavours, isForced: __, ...wanted } = wish;
  const known = Object.fromEntries(Object.entries(backup).map(([key, value]) => [key, value ?? null]));
  return {
    ...{ backup: known, target, action, steps, warnings },
    options: {
      ...{ tables: wanted.tables ?? null, parts: wanted.parts, definer: wanted.definer },
      ...{
        collations: Object.fromEntries(collations),
        withoutEvents: isWithoutEvents,
        withoutEncryption: isWithoutEncryption,
        acrossFlavours: isAcrossFlavours,
      },
    },
    definers: definers ?? null,
    problems: problems.map(({ message, advice }) => ({ message, advice })),
  };
}
