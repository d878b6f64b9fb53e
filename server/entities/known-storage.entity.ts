import { defineEntity } from '@mikro-orm/core';

const schema = defineEntity({
  name: 'KnownStorage',
  tableName: 'known_storages',
  properties: p => ({
    /** The random id in its marker. */
    id: p.string().length(36).primary(),
    since: p.datetime(3),
  }),
});

/** The storage that the files of this history lie in: there is one, or none yet. */
export class KnownStorage extends schema.class {}
schema.setClass(KnownStorage);
