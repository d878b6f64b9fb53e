import { userInfo } from 'node:os';
import { parseArgs } from 'node:util';
import type { Audit } from '../audit/audit.ts';
import { EVERYTHING } from '../auth/scope.ts';
import { AppError } from '../errors.ts';
import { type Applied, type Applying, applyPlan } from './apply-plan.ts';
import { planFleet } from './plan-fleet.ts';
import { databaseScreen, fleetScreen } from './plan-screen.ts';
import { makePlan, Totals } from './stored-plans.ts';

export const RETENTION_USAGE = `Shows what the retention would remove, and lets it go. Nothing goes by "plan".
Run it as the user of the service, with its DATABASE_URL, STORAGE_DIR and LUMBUNG_CONFIG.

  node server/main.ts retention plan [DATABASE]
  node server/main.ts retention apply PLAN

plan      makes the plan of all databases: what goes, what is held, and why. With a database: each of
          its backups, and why it stays or goes. While the retention is off, a preview
apply     lets go what goes by that plan, when the grace is over (docs/retention.md). Until then it can be
          taken back
`;

interface Run {
  readonly parts: Applying;
  readonly audit: Pick<Audit, 'change'>;
  readonly out: { write(text: string): unknown };
}

/**
 * What \`node server/main.ts retention …\` does.
 * @param args behind \`retention\`
 * @throws Error of one line that says what to do
 */
export async function runRetention(args: readonly string[], run: Run): Promise<void> {
  const { positionals } = parseArgs({ args: [...args], options: {}, strict: true, allowPositionals: true });
  const [command, what, ...more] = positionals;
  if (command === 'plan' && more.length === 0) return what === undefined ? planAll(run) : planOne(run, what);
  if (command === 'apply' && what !== undefined && more.length === 0) return apply(run, what);
  throw new Error(`retention takes "plan [DATABASE]" or "apply PLAN": node server/main.ts retention --help shows both`);
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
  if (state === 'waiting')
    out.write(`Plan ${id} waits. To let its backups go: node server/main.ts retention apply ${id}\n`);
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
  const { username } = userInfo();
  const actor = { tokenId: undefined, token: undefined, address: undefined };
  const detail = { plan: id, system_user: username };
  const applied = await audit.change({ actor, action: 'retention_apply', detail }, async note => {
    const result = await applyPlan(parts, { id, by: username, scope: EVERYTHING, isOperator: true });
    note({ backups: result.backups, bytes: result.bytes });
    return result;
  });
  out.write(appliedInWords(id, applied));
}

/** @throws AppError 404 for what is no id */
export function planId(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new AppError(404, 'PLAN_NOT_FOUND', `There is no retention plan ${text}`);
  return Number(text);
}

function appliedInWords(id: number, { backups, dueAt, stillWaiting }: Applied): string {
  const rest = stillWaiting > 0 ? ` ${stillWaiting} others of the plan still wait.` : '';
  return `By plan ${id} ${backups.toLocaleString('en')} backups go on ${dueAt.toISOString()}.${rest} Until then each can be downloaded, and taken back.\n`;
}
