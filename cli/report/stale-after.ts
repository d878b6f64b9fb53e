/**
 * After how many hours a last run, or the newest complete backup of a database, is reported as old: a nightly run may begin an hour
 * late, and may take an hour longer than the one before.
 */
export const STALE_AFTER_HOURS = 26;
