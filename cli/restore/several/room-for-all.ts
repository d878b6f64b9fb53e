import { checkDisk, roomNotKnown } from '../preflight/room-check.ts';
import type { PlannedRestore } from './planned-restore.ts';
import { refusalOfPlan } from './refusals.ts';

/**
 * Each alone may fit onto the disk of the server, and all together not.
 * @param earlier in the order in which they are restored
 * @returns the same plan, refused, or with `--force` with a warning, where its dump has no room after the others
 */
export function withRoomAfter(earlier: readonly PlannedRestore[], planned: PlannedRestore): PlannedRestore {
  const { preparing, prepared, refusal } = planned;
  const { disk, neededBytes } = prepared?.preflight.room ?? {};
  if (!prepared || refusal || !disk || !neededBytes) return planned;
  const others = earlier.filter(other => !other.refusal && deviceOf(other) === disk.device);
  if (others.length === 0) return planned;
  const bytes = others.reduce((sum, { prepared }) => sum + prepared!.preflight.room!.neededBytes, neededBytes);
  const [problem] = checkDisk(
    disk,
    bytes,
    `the dumps of the ${others.length + 1} databases up to this one have`,
  ).problems;
  if (!problem) return planned;
  const { plan, wish } = prepared;
  if (!wish.isForced) return { ...planned, refusal: refusalOfPlan(preparing, { ...plan, problems: [problem] }) };
  const warnings = [`${problem.message} (--force)`, ...plan.warnings];
  return { ...planned, prepared: { ...prepared, plan: { ...plan, warnings } } };
}

/** @returns the warnings of all plans with their labels: of servers whose disk can't be seen, one with the sum of the dumps */
export function warningsOfAll(planned: readonly PlannedRestore[]): (readonly [label: string, text: string])[] {
  const meant = planned.filter(one => !one.refusal && hasUnknownRoom(one));
  return planned.flatMap(one => {
    const { label } = one.preparing;
    const together = meant.filter(other => addressOf(other) === addressOf(one));
    const ownText = hasUnknownRoom(one) ? roomNotKnown(neededBy(one), 'the dump has') : undefined;
    const sum = together.reduce((sum, other) => sum + neededBy(other), 0);
    const shared = together.length > 1 ? roomNotKnown(sum, 'these dumps have together') : undefined;
    const texts = one.prepared?.plan.warnings ?? [];
    return texts.map(text => [label, text === ownText && together.includes(one) ? (shared ?? text) : text] as const);
  });
}

function hasUnknownRoom({ prepared }: PlannedRestore): boolean {
  const room = prepared?.preflight.room;
  return room !== undefined && !room.disk;
}

function neededBy({ prepared }: PlannedRestore): number {
  return prepared?.preflight.room?.neededBytes ?? 0;
}

function addressOf({ prepared }: PlannedRestore): string | undefined {
  return prepared?.plan.target.address;
}

function deviceOf({ prepared }: PlannedRestore): number | undefined {
  return prepared?.preflight.room?.disk?.device;
}
