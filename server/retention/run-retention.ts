import { parseArgs } from 'node:util';
import { systemUser } from '../../protocol/access/system-user.ts';
import { minuteOf } from '../../protocol/texts/minute.ts';
import type { Audit } from '../audit/audit.ts';
import { EVERYTHING } from '../auth/scope.ts';
import { AppError } from '../errors.ts';
import { oneReason } from '../pins/reason.ts';
import { acceptClock } from '../removal/future-entries.ts';
import { type Applied, type Applying, applyPlan } from './apply-plan.ts';
import { planFleet } from './plan-fleet.ts';
import { databaseScreen, fleetScreen } from './plan-screen.ts';
import { makePlan, Totals } from './stored-plans.ts';

export const RETENTION_USAGE = `Shows what the retention would remove, and lets it go. Nothing goes by "plan".
sudo lumbung runs it as the user of the service, with its variables.

  sudo lumbung retention plan [DATABASE]
  sudo lumbung retention apply PLAN
  sudo lumbung retention accept-clock --reason WHY

plan      makes the plan of all databases: what goes, what is held, and why. With a database: each of
          its backups, and why it stays or goes. While the retention is off, a preview
apply     lets go what goes by that plan, when the grace is over (docs/retention.md). Until then it can be
          taken back
accept-clock  says that the clock of the service is right now, and was ahead when it received what has a time in
          the future: that holds nothing up any more
`;

interface Run {
  readonly parts: Applying;
  readonly audit: Pick<Audit, 'change'>;
  readonly out: { write(text: string): unknown };
}

/**
 * What \`lumbung retention …\` does.
 * @param args behind \`retention\`
 * @throws Error of one line that says what to do
 */
export async function runRetention(args: readonly string[], run: Run): Promise<void> {
  const options = { reason: { type: 'string' } } as const;
  const { positionals, values } = parseArgs({ args: [...args], options, strict: true, allowPositionals: true });
  const [command, what, ...more] = positionals;
  if (command === 'accept-clock' && what === undefined) return accept(run, values.reason);
  if (values.reason !== undefined) throw new Error('only retention accept-clock takes --reason');
  if (command === 'plan' && more.length === 0) return what === undefined ? planAll(run) : planOne(run, what);
  if (command === 'apply' && what !== undefined && more.length === 0) return apply(run, what);
  throw new Error(
    `retention takes "plan [DATABASE]", "apply PLAN" or "accept-clock": sudo lumbung retention --help shows them`,
  );
}

async function planAll({ parts, out }: Run): Promise<void> {
  if (!parts.configuration.retention.enabled) {
    const totals = new Totals();
    for await (const plan of planFleet(parts, { scope: EVERYTHING })) totals.add(plan);
    out.write(fleetScreen(totals.document()));
    out.write(
      'This is a preview: the retention is off, and nothing goes. Turn it on in lumbung.yaml: retention.enabled\n',
    );
    return;
  }
  const { id, state, document } = await makePlan(parts);
  out.write(fleetScreen(document));
  if (state === 'waiting') out.write(`Plan ${id} waits. To let its backups go: sudo lumbung retention apply ${id}\n`);
}

async function planOne({ parts, out }: Run, name: string): Promise<void> {
  for await (const plan of planFleet(parts, { scope: EVERYTHING, names: [name] })) {
    out.write(databaseScreen(plan));
    return;
  }
  throw new Error(`no database named ${name} has been backed up`);
}

async function apply({ parts, audit, out }: Run, text: string): Promise<void> {
  const id = planId(text);
  const username = systemUser();
  const actor = { tokenId: undefined, token: undefined, address: undefined };
  const detail = { plan: id, system_user: username };
  const applied = await audit.change({ actor, action: 'retention_apply', detail }, async note => {
    const result = await applyPlan(parts, { id, by: username, scope: EVERYTHING, isOperator: true });
    note({ backups: result.backups, bytes: result.bytes });
    return result;
  });
  out.write(appliedInWords(id, applied));
}

async function accept({ parts, audit, out }: Run, given: string | undefined): Promise<void> {
  if (given === undefined) throw new Error('retention accept-clock needs a reason: --reason WHY');
  const reason = oneReason(given);
  const actor = { tokenId: undefined, token: undefined, address: undefined };
  const detail = { reason, system_user: systemUser() };
  const entry = await audit.change({ actor, action: 'clock_accept', detail }, async note => {
    const accepted = await acceptClock(parts.em, parts.now);
    note({ ...detail, accepted: accepted?.what ?? null, of: accepted?.at.toISOString() ?? null });
    return accepted;
  });
  out.write(
    entry
      ? `Accepted ${entry.what}, which is of ${minuteOf(entry.at)}, by a clock that was ahead. It holds nothing up any more.\n`
      : `Nothing has a time in the future: the clock shows ${minuteOf(parts.now)}.\n`,
  );
}

/** @throws AppError 404 for what is no id */
export function planId(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new AppError(404, 'PLAN_NOT_FOUND', `There is no retention plan ${text}`);
  return Number(text);
}

function appliedInWords(id: number, { backups, dueAt, stillWaiting }: Applied): string {
  const rest = stillWaiting > 0 ? ` ${stillWaiting} others of the plan still wait.` : '';
  return `By plan ${id} ${backups.toLocaleString('en')} backups go on ${minuteOf(dueAt)}.${rest} Until then each can be downloaded, and taken back.\n`;
}
