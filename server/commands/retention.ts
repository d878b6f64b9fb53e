import { parseArgs } from 'node:util';
import { minuteOf } from '../../protocol/texts/minute.ts';
import type { Audit } from '../audit/audit.ts';
import { EVERYTHING } from '../auth/scope.ts';
import { openConfiguration } from '../configuration/reading/configuration-file.ts';
import { callingUser, userDecides } from '../decisions/who-decides.ts';
import { messageOf } from '../errors/error-code.ts';
import { oneReason } from '../pins/reason.ts';
import { acceptClock } from '../removal/future-entries.ts';
import { type Applied, type Applying, applyPlan } from '../retention/apply-plan.ts';
import { planFleet } from '../retention/plan-fleet.ts';
import { planId } from '../retention/plan-refusals.ts';
import { databaseScreen, fleetScreen } from '../retention/plan-screen.ts';
import { makePlan, Totals } from '../retention/stored-plans.ts';
import type { Streams } from './command.ts';
import { errorsTo, NO_TOKEN, withStores } from './with-stores.ts';

const USAGE = `Shows which backups the retention would remove, and removes them. "plan" removes nothing.
sudo lumbung runs it as the user of the service, with its variables.

  sudo lumbung retention plan [DATABASE]
  sudo lumbung retention apply PLAN
  sudo lumbung retention accept-clock --reason WHY

plan      makes the plan of all databases: which backups would be removed, what is held, and why. With a
          database: each of its backups, and why it stays or is to be removed. While the retention is off, the
          plan is a preview
apply     removes the backups of that plan when the grace is over (docs/retention.md). Until then each can be
          taken back
accept-clock  confirms that the clock of the service is right now, and that it was ahead when the service
          received a backup whose time is in the future. That backup then no longer stops removals
`;

/**
 * What `lumbung retention …` does, beside a service that may be running.
 * @param args behind `retention`
 * @returns the exit code: 0, or 1 when it could not be done
 */
export async function runRetentionCommand(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  { out, err }: Streams,
): Promise<number> {
  if (args.length === 0 || args.includes('--help')) {
    out.write(USAGE);
    return 0;
  }
  try {
    const log = errorsTo(err);
    // biome-ignore lint/complexity/useLiteralKeys: the name of a variable
    const configuration = await openConfiguration({ path: env['LUMBUNG_CONFIG'] || undefined, env, log });
    return await withStores(env, err, async ({ em, storage, audit }) => {
      const parts = { em, storage, configuration: configuration.current(), now: new Date(), log };
      await runRetention(args, { parts, audit, out });
      return 0;
    });
  } catch (error) {
    err.write(`${messageOf(error)}\n`);
    return 1;
  }
}

interface Run {
  readonly parts: Applying;
  readonly audit: Pick<Audit, 'change'>;
  readonly out: { write(text: string): unknown };
}

/**
 * Does what stands behind `retention`.
 * @param args such as `plan`, `apply 7`
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
      'This is a preview: the retention is off, and nothing is removed. Turn it on in lumbung.yaml: retention.enabled\n',
    );
    return;
  }
  const { id, state, document } = await makePlan(parts);
  out.write(fleetScreen(document));
  if (state === 'waiting')
    out.write(`Plan ${id} waits. To have its backups removed: sudo lumbung retention apply ${id}\n`);
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
  const detail = { plan: id, system_user: callingUser() };
  const applied = await audit.change({ actor: NO_TOKEN, action: 'retention_apply', detail }, async note => {
    const result = await applyPlan(parts, { id, by: userDecides(), scope: EVERYTHING, isOperator: true });
    note({ backups: result.backups, bytes: result.bytes });
    return result;
  });
  out.write(appliedInWords(id, applied));
}

async function accept({ parts, audit, out }: Run, given: string | undefined): Promise<void> {
  if (given === undefined) throw new Error('retention accept-clock needs a reason: --reason WHY');
  const reason = oneReason(given);
  const detail = { reason, system_user: callingUser() };
  const entry = await audit.change({ actor: NO_TOKEN, action: 'clock_accept', detail }, async note => {
    const accepted = await acceptClock(parts.em, parts.now);
    note({ ...detail, accepted: accepted?.what ?? null, of: accepted?.at.toISOString() ?? null });
    return accepted;
  });
  out.write(
    entry
      ? `Accepted ${entry.what}, which is of ${minuteOf(entry.at)}, by a clock that was ahead. It no longer stops removals.\n`
      : `Nothing has a time in the future: the clock shows ${minuteOf(parts.now)}.\n`,
  );
}

function appliedInWords(id: number, { backups, dueAt, stillWaiting }: Applied): string {
  const rest = stillWaiting > 0 ? ` ${stillWaiting} others of the plan still wait.` : '';
  return `Plan ${id} removes ${backups.toLocaleString('en')} backups on ${minuteOf(dueAt)}.${rest} Until then each can be downloaded, and taken back.\n`;
}
