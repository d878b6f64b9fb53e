import type { DatabaseSource } from '../config/databases.ts';
import { redactor } from '../secrets/redactor.ts';
import { AREAS, type Check, type Checked } from './checks/check.ts';

/** What was found so far. Each check is shown at once. */
export class Found {
  readonly #checks: Check[] = [];
  readonly #tell: (checks: readonly Check[]) => void;

  constructor(tell: (checks: readonly Check[]) => void) {
    this.#tell = tell;
  }

  /** @returns all checks, by area; those of databases in the order of the list */
  inOrder(sources: readonly DatabaseSource[]): Check[] {
    const places = new Map(sources.map(({ label }, place) => [label, place]));
    const placeOf = ({ area, subject }: Check) => (area === 'database' ? (places.get(subject) ?? -1) : 0);
    return this.#checks.toSorted((a, b) => AREAS.indexOf(a.area) - AREAS.indexOf(b.area) || placeOf(a) - placeOf(b));
  }

  add<T extends Checked>(result: T): T {
    const checks = redacted(result.checks, redactor([]));
    this.#checks.push(...checks);
    this.#tell(checks);
    return result;
  }
}

export function redacted(checks: readonly Check[], { text }: { text(text: string): string }): Check[] {
  return checks.map(({ message, advice, ...rest }) => ({
    ...rest,
    message: text(message),
    ...(advice !== undefined && { advice: text(advice) }),
  }));
}
