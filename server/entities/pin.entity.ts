import { defineEntity } from '@mikro-orm/core';
import type { InferKyselyTable } from '@mikro-orm/sql';

/** A pin keeps a backup for its reason; a hold is a legal one, which stops an erasure, too. */
export const PIN_KINDS = ['pin', 'hold'] as const;
export type PinKind = (typeof PIN_KINDS)[number];

const schema = defineEntity({
  name: 'Pin',
  tableName: 'pins',
  properties: p => ({
    id: p.integer().primary(),
    backupId: p.integer(),
    kind: p.string().$type<PinKind>().length(8),
    reason: p.string().length(1000),
    madeBy: p.string().length(255),
    madeAt: p.datetime(3),
    /** From then on it keeps nothing, UTC; null means never. A hold has no end. */
    endsAt: p.datetime(3).nullable(),
    releasedAt: p.datetime(3).nullable(),
    releasedBy: p.string().length(255).nullable(),
  }),
  indexes: [{ name: 'pins_by_backup', properties: ['backupId', 'id'] }],
});

/** Why a backup is kept that the retention would remove; and that it no longer is. The record beside its file has the same. */
export class Pin extends schema.class {}
schema.setClass(Pin);

/** The columns of the table, for queries. */
export type PinColumns = InferKyselyTable<typeof schema>;

/** @returns whether it keeps its backup at that time */
export function isActive({ releasedAt, endsAt }: Pick<Pin, 'releasedAt' | 'endsAt'>, now: Date): boolean {
  return !releasedAt && (!endsAt || endsAt > now);
}
