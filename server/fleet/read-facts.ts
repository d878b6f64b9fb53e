import { isEverything } from '../auth/scope.ts';
import { countProven, type FleetProven } from '../drills/fleet-proven.ts';
import type { EntityManager } from '../history/orm.ts';
import type { Reading } from '../history/reading/in-scope.ts';
import { type LastRun, readLastRun } from './read-last-run.ts';

/** What stands beside the sentence. */
export interface FleetFacts {
  /** Undefined where no run was reported, or none of the last week that the reader may see. */
  readonly lastRun: LastRun | undefined;
  /** Undefined for a reader who does not see all databases. */
  readonly storage: StorageFacts | 'away' | undefined;
  readonly proven: Pick<FleetProven, 'databases' | 'proven'>;
  /** Undefined for a reader who does not see all databases. */
  readonly channels: ChannelFacts | undefined;
}

export interface StorageFacts {
  /** Bytes. */
  readonly free: number;
  readonly total: number;
  /** Undefined while it does not grow. */
  readonly fullInDays: number | undefined;
}

export interface ChannelFacts {
  readonly channels: number;
  /** The names of those that deliver nothing. */
  readonly failing: readonly string[];
  /** The names of those that have delivered nothing yet: no one knows whether they work. */
  readonly untried: readonly string[];
}

type ChannelState = {
  readonly name: string;
  readonly failingSince: Date | null;
  readonly lastDeliveredAt: Date | null;
};

export interface FactParts extends Reading {
  readonly now: Date;
  /** Of all databases in scope. */
  readonly names: readonly string[];
  /** @throws what the storage throws when it can't be reached */
  readonly space: () => Promise<{ readonly free: number; readonly total: number }>;
  /** @returns by how many bytes the storage grows a day, as for the alarm `storage_low` */
  readonly bytesPerDay: () => Promise<number>;
  readonly channelStates: (em: EntityManager) => Promise<ReadonlyArray<ChannelState>>;
}

const PROVEN_WITHIN_MS = 30 * 86_400_000;

/** Reads what stands beside the sentence. What is about all databases together is only for a scope of all. */
export async function readFacts(parts: FactParts): Promise<FleetFacts> {
  const { em, scope, now, names } = parts;
  const seesAll = isEverything(scope);
  const [lastRun, storage, proven, channels] = await Promise.all([
    readLastRun({ em, scope, now, names }),
    seesAll ? readStorage(parts) : undefined,
    countProven({ em, scope }, new Date(now.getTime() - PROVEN_WITHIN_MS)),
    seesAll ? readChannels(parts) : undefined,
  ]);
  return { lastRun, storage, proven, channels };
}

/** How much room the storage has, and for how long. */
export async function readStorage({
  space,
  bytesPerDay,
}: Pick<FactParts, 'space' | 'bytesPerDay'>): Promise<StorageFacts | 'away'> {
  const room = await space().catch(() => undefined);
  if (!room) return 'away';
  const growth = await bytesPerDay();
  return { ...room, fullInDays: growth > 0 ? Math.floor(room.free / growth) : undefined };
}

async function readChannels({ em, channelStates }: FactParts): Promise<ChannelFacts> {
  const states = await channelStates(em);
  const namesOf = (some: readonly ChannelState[]) => some.map(({ name }) => name);
  const failing = states.filter(({ failingSince }) => failingSince !== null);
  const untried = states.filter(
    ({ failingSince, lastDeliveredAt }) => failingSince === null && lastDeliveredAt === null,
  );
  return { channels: states.length, failing: namesOf(failing), untried: namesOf(untried) };
}
