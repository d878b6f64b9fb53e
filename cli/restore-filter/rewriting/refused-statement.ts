import type { DumpStatement } from '../../dump-statements/dump-statement.ts';
import { ExplainedError } from '../../errors.ts';

/** A statement of a dump that no server gets. */
export class RefusedStatement extends ExplainedError {
  override readonly name = 'RefusedStatement';
  /** Where in the dump it begins, in bytes. */
  readonly at: number;

  /** @param why as the end of a sentence whose subject is the statement */
  constructor({ at, reading }: DumpStatement, why: string, advice: string = CHANGED) {
    super(`the statement at byte ${at} of the dump is refused, ${reading.beginning}: ${why}`, { advice });
    this.at = at;
  }
}

const CHANGED =
  'A backup of sade has no such statement, or shows a finding for it (sade show). Nothing behind it was loaded. Restore another backup, or read the dump and load it by hand.';
