import type { AlarmState } from './alarm-state.ts';
import { KINDS } from './kinds.ts';

/** What is known of an alarm that has closed. */
export interface EndedAlarm extends Pick<AlarmState, 'kind' | 'subject' | 'databaseName'> {
  readonly detail: { readonly ending?: string | undefined };
}

/** @returns how it ended, as a sentence without a full stop, such as `citra_blog was backed up again` */
export function endingOf({ subject, detail, kind, databaseName }: EndedAlarm): string {
  // Its subject is `the run of db7`.
  if (kind === 'run_failed' && databaseName === null) return `${subject} backs up its databases again`;
  return `${subjectOf({ kind, subject, databaseName })} ${detail.ending ?? KINDS[kind].over}`;
}

/** @returns what an alarm is about, by its name; a stored file by the name of its database first */
export function subjectOf({
  kind,
  subject,
  databaseName,
}: Pick<EndedAlarm, 'kind' | 'subject' | 'databaseName'>): string {
  return kind === 'damaged' && databaseName !== null ? `the backup of ${databaseName} in ${subject}` : subject;
}
