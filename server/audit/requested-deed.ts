import { databaseNameProblem } from '../../protocol/database-name.ts';
import type { AuditAction, Deed } from './entry.ts';

const ROUTES: ReadonlyArray<readonly [method: RegExp, path: RegExp, action: AuditAction]> = [
  [/^(?:GET|HEAD)$/, /^\/(?<backup>[1-9]\d{0,8})\/download$/, 'download'],
  [/^(?:GET|HEAD)$/, /^\/(?<backup>[1-9]\d{0,8})\/manifest$/, 'manifest'],
  [/^POST$/, /^\/-\/backups\/(?<backup>[1-9]\d{0,8})\/accept$/, 'accept'],
  [/^(?:GET|HEAD)$/, /^\/-\/ui\/backups\/(?<backup>[1-9]\d{0,8})\/download$/, 'download'],
  ...(['pin', 'unpin', 'hold', 'release', 'accept', 'forget'] as const).map(
    action => [/^POST$/, new RegExp(`^/-/ui/backups/(?<backup>[1-9]\\d{0,8})/${action}$`), action] as const,
  ),
  [/^POST$/, /^\/-\/ui\/backups\/(?<backup>[1-9]\d{0,8})\/take-back$/, 'take_back'],
  ...(['pause', 'resume', 'retire'] as const).map(
    action => [/^POST$/, new RegExp(`^/-/ui/databases/(?<database>[^/]+)/${action}$`), action] as const,
  ),
  [/^POST$/, /^\/-\/ui\/alerts\/[^/]+\/acknowledge$/, 'alarm_acknowledge'],
  [/^POST$/, /^\/-\/ui\/alerts\/channels\/[^/]+\/test$/, 'channel_test'],
  [/^POST$/, /^\/-\/ui\/(?:first-token|settings\/tokens)$/, 'token_create'],
  [/^POST$/, /^\/-\/ui\/settings\/tokens\/[^/]+\/rotate$/, 'token_rotate'],
  [/^POST$/, /^\/-\/ui\/settings\/tokens\/[^/]+\/revoke$/, 'token_revoke'],
  [/^POST$/, /^\/-\/ui\/(?:settings\/sessions\/[^/]+\/end|sign-out)$/, 'sign_out'],
  [/^POST$/, /^\/-\/scrub$/, 'scrub'],
  [/^POST$/, /^\/-\/drills$/, 'drill_report'],
  [/^POST$/, /^\/-\/restores$/, 'restore_report'],
  [/^POST$/, /^\/-\/runs$/, 'run_report'],
  [/^(?:GET|HEAD|POST)$/, /^\/graphql$/, 'request'],
  [/^POST$/, /^\/(?<database>[^/]+)$/, 'upload'],
  [/^(?:GET|HEAD)$/, /^\/(?<database>[^/]+)$/, 'request'],
];

/** What was wanted, as the trail says it. */
export type WantedDeed = Pick<Deed, 'action' | 'database' | 'backupId'>;

/** @returns what a request wanted that was refused before a route looked at it, as its address shows */
export function requestedDeed(method: string, path: string): WantedDeed {
  for (const [ofMethod, ofPath, action] of ROUTES) {
    const match = ofMethod.test(method) ? ofPath.exec(path) : null;
    if (!match) continue;
    const { database, backup } = match.groups ?? {};
    const name = database === undefined ? undefined : decoded(database);
    return {
      action,
      ...(name !== undefined && databaseNameProblem(name) === undefined && { database: name }),
      ...(backup !== undefined && { backupId: Number(backup) }),
    };
  }
  return { action: 'request' };
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
