import { formatBytes } from '../../protocol/format-bytes.ts';
import { minuteOf } from '../../protocol/texts/minute.ts';
import { shellCommand } from '../../protocol/texts/shell-word.ts';
import { callingUser } from '../decisions/who-decides.ts';
import { askErasure, cancelErasure, confirmErasure } from '../offboarding/ask-erasure.ts';
import { readErasures } from '../offboarding/erasures.ts';
import { oneReason } from '../pins/reason.ts';
import type { Streams } from './command.ts';
import { type CommandStores, NO_TOKEN } from './with-stores.ts';

/** Shows what would be erased, and the code that confirms it. */
export async function ask(
  { em, storage, audit }: CommandStores,
  { client, reason: given }: { client: string; reason: string },
  { out, err }: Streams,
): Promise<void> {
  const reason = oneReason(given);
  const user = callingUser();
  // No name stands in the trail: it could not be taken out of it.
  const asked = await audit.change(
    { actor: NO_TOKEN, action: 'erase', detail: { step: 'ask', system_user: user } },
    () => askErasure({ em, storage, now: new Date() }, { client, reason, by: `user ${user}` }),
  );
  out.write(`${asked.databases.join('\n')}\n`);
  err.write(
    `These ${asked.databases.length} databases, all their backups, reports and names would be erased. Hand them over first: export. To confirm it within a day: ${shellCommand('sudo lumbung erase', client, [`--confirm ${asked.code}`])}\n`,
  );
}

/** Has it erased when the waiting time is over. Prints the key. */
export async function confirm(
  { em, storage, audit }: CommandStores,
  { client, code }: { client: string; code: string },
  { out, err }: Streams,
): Promise<void> {
  const user = callingUser();
  const detail = { step: 'confirm', system_user: user };
  const confirmed = await audit.change({ actor: NO_TOKEN, action: 'erase', detail }, async note => {
    const confirmed = await confirmErasure({ em, storage, now: new Date() }, { client, code, by: `user ${user}` });
    note({ ...detail, erasure: confirmed.id });
    return confirmed;
  });
  out.write(`${confirmed.key}\n`);
  err.write(
    `All of ${client} is erased on ${minuteOf(new Date(confirmed.due))}. To take that back: sudo lumbung erase --cancel ${confirmed.id}\nKeep the key that was printed: only it shows later whose certificate ${confirmed.id} is.\n`,
  );
}

export async function cancel({ storage, audit }: CommandStores, id: string, { err }: Streams): Promise<void> {
  const detail = { step: 'cancel', erasure: id, system_user: callingUser() };
  await audit.change({ actor: NO_TOKEN, action: 'erase', detail }, () => cancelErasure({ storage }, id));
  err.write(`The erasure ${id} is cancelled: nothing is erased\n`);
}

/** Shows what waits, and what was erased. */
export async function list({ storage }: CommandStores, { out, err }: Streams): Promise<void> {
  const { requests, certificates } = await readErasures(storage);
  for (const { id, client, databases, due, begun } of requests)
    out.write(
      `${id}  ${client} (${databases.length} databases): ${begun ? 'has begun' : due === null ? 'not confirmed' : `on ${minuteOf(new Date(due))}`}\n`,
    );
  for (const { id, erased_at, databases } of certificates) {
    const bytes = databases.reduce((sum, { bytes }) => sum + bytes, 0);
    out.write(
      `${id}  erased on ${minuteOf(new Date(erased_at))}: ${databases.length} databases, ${formatBytes(bytes)}\n`,
    );
  }
  if (requests.length + certificates.length === 0) err.write('Nothing waits to be erased, and nothing was erased\n');
}

/** @throws Error when there is no such certificate */
export async function printCertificate({ storage }: CommandStores, id: string, { out }: Streams): Promise<void> {
  const found = (await readErasures(storage)).certificates.find(certificate => certificate.id === id);
  if (!found) throw new Error(`There is no certificate ${id}: erase --list shows all`);
  out.write(`${JSON.stringify(found, null, 2)}\n`);
}
