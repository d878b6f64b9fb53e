import { ConfigurationError } from '../../errors.ts';

/** A backup that a person may take. */
export interface BackupChoice {
  readonly id: number;
  /** What a person should know of it, a phrase such as `before the loss`. */
  readonly what: string;
  /** It is taken only with `--force`. */
  readonly isForced?: boolean;
}

/** No backup is taken without a person's word. */
export class DecisionNeeded extends ConfigurationError {
  /** Never empty. */
  readonly choices: readonly BackupChoice[];

  constructor(message: string | readonly string[], choices: readonly BackupChoice[], options: { advice: string }) {
    super([message].flat(), options);
    this.choices = choices;
  }
}

/** The service keeps no backup of a database of that name. */
export class NoBackup extends ConfigurationError {}
