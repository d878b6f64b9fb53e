import { KIND_NAMES } from '../../../protocol/manifest.ts';
import type { DumpedObject } from '../../dump-parser/statement.ts';

/** Something that the filter did, for the report. */
export interface FilterChange {
  /** What was done: 'dropped' is not sent, 'changed' is sent otherwise, 'reported' is sent as it is and may not be right. */
  readonly action: 'dropped' | 'changed' | 'reported';
  /** In words, such as `DEFINER root@localhost left out`. */
  readonly what: string;
  /** Of what, such as `view v`; undefined for what belongs to no object. */
  readonly object: string | undefined;
  /** How often. */
  readonly count: number;
}

/** Counts what was done to the statements of a dump. */
export class ChangeList {
  readonly #changes = new Map<string, FilterChange>();

  /** @param object of which it is, if it is of one */
  add(action: FilterChange['action'], what: string, object?: DumpedObject | undefined): void {
    const name = object && `${KIND_NAMES[object.kind]} ${object.name}`;
    const key = JSON.stringify([action, what, name]);
    const count = (this.#changes.get(key)?.count ?? 0) + 1;
    this.#changes.set(key, { action, what, object: name, count });
  }

  /** In the order in which each came first. */
  list(): readonly FilterChange[] {
    return [...this.#changes.values()];
  }
}
