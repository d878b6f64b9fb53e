/**
 * What a token may do, least first. upload: sends backups and reports, and reads nothing; read: lists and downloads; operator: read, and
 * takes care of what is stored; admin: everything, tokens included.
 */
export const ROLES = ['upload', 'read', 'operator', 'admin'] as const;
export type Role = (typeof ROLES)[number];
