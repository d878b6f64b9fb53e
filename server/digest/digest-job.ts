import type { Configuration } from '../configuration/configuration.ts';
import { groupOf } from '../configuration/group-of.ts';
import type { EntityManager, Orm } from '../history/orm.ts';
import { countRows } from '../history/read-rows.ts';
import { query } from '../history/tables.ts';
import type { Job } from '../jobs/job.ts';
import type { PageLinks } from '../notifications/notification.ts';
import { enqueue } from '../notifications/outbox.ts';
import { coveredBy } from './covered-days.ts';
import { digestMessage } from './digest-message.ts';
import { dueDigests } from './due-digests.ts';
import { type DigestParts, readDigest } from './read-digest.ts';

interface Parts extends Pick<DigestParts, 'space'> {
  readonly history: Orm;
  readonly configuration: () => Configuration;
  /** Hears that a digest waits in the outbox. */
  readonly onQueued: () => void;
  /** For links to the dashboard; without it digests have none. */
  readonly pages?: PageLinks | undefined;
}

/** How often it checks whether the time of a digest has come: the configuration may have changed. */
const EVERY_MS = 60_000;

/** @returns the job that puts the digests of each day into the outbox, each once, also when the clock jumps or the service starts again */
export function digestJob({ history, configuration, space, onQueued, pages }: Parts): Job {
  return {
    name: 'digest',
    every: { ms: EVERY_MS },
    async run({ now }) {
      if (await sendDigests({ em: history.em.fork(), configuration: configuration(), space, now, pages })) onQueued();
    },
  };
}

interface Sending extends Omit<DigestParts, 'groupOf'> {
  readonly configuration: Configuration;
  readonly pages?: PageLinks | undefined;
}

/** Puts the digests whose time has come into the outbox. @returns whether one was put there */
export async function sendDigests({ em, configuration, space, now, pages }: Sending): Promise<boolean> {
  let hasSent = false;
  for (const due of dueDigests(configuration, now)) {
    const { key, group, channels, language } = due;
    if (channels.length === 0 || (await isQueued(em, key))) continue;
    const parts = { em, now, space, groupOf: (name: string, own?: string) => groupOf(configuration, name, own) };
    const facts = await readDigest(parts, { group, ...(await coveredBy(em, due, now)) });
    const notification = digestMessage(facts, {
      language,
      timezone: configuration.timezone,
      url: pages?.fleet(group),
    });
    // The key is unique with the channel: of two services that come to this at once, one puts it there.
    await em.fork().transactional(own => enqueue(own, { channels, dedupeKey: key, notification, now }));
    hasSent = true;
  }
  return hasSent;
}

async function isQueued(em: EntityManager, key: string): Promise<boolean> {
  return (await countRows(em, query.selectFrom('outbox as o').where('o.dedupe_key', '=', key))) > 0;
}
