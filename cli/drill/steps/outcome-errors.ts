import { ExplainedError } from '../../errors.ts';

/** It is certain that the backup does not restore to what was backed up. */
export class NotRestorable extends ExplainedError {
  override readonly name = 'NotRestorable';
}

/** Something else failed than the backup, so nothing is known of it. */
export class CouldNotTest extends ExplainedError {
  override readonly name = 'CouldNotTest';
}
