import type { NextCommand } from '../../terminal/next-commands.ts';
import type { PreparedRestore, PrepareOptions } from '../plan/prepare.ts';

/** Why one of several databases is not restored, and what a person can do. */
export interface Refusal {
  readonly why: string;
  /** Sentences. */
  readonly advice?: string | undefined;
  /** As they are pasted into a shell. */
  readonly commands: readonly NextCommand[];
  /** Undefined where the plan says why. */
  readonly error?: unknown;
}

/** One of several databases, before anything is changed. */
export interface PlannedRestore {
  readonly preparing: PrepareOptions;
  /** Its plan has no secrets; undefined where none could be made. */
  readonly prepared?: PreparedRestore;
  /** Undefined where it can be restored. */
  readonly refusal?: Refusal | undefined;
}
