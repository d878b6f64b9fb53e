import type { TargetServer } from './rewriting/target-reading.ts';

export interface SessionSettings {
  /** Each must succeed. */
  readonly required: readonly string[];
  /** Each may fail: some need a right, and most dumps load without them. */
  readonly optional: readonly string[];
}

/**
 * @returns the statements that each connection begins with, in front of the dump's own: a dump is read as if the SQL mode were empty and
 * the character set utf8mb4 until it says something else, and rows that once were accepted must be accepted again
 */
export function sessionSettings({ flavour }: TargetServer): SessionSettings {
  const required = [
    'SET NAMES utf8mb4',
    "SET SESSION sql_mode=''",
    'SET SESSION foreign_key_checks=0, unique_checks=0',
  ];
  return flavour === 'mariadb'
    ? {
        required: [
          ...required,
          ...[
            'SET SESSION check_constraint_checks=0',
            'SET SESSION innodb_strict_mode=0',
            'SET SESSION max_statement_time=0',
          ],
        ],
        optional: [],
      }
    : {
        required,
        optional: ['SET SESSION innodb_strict_mode=0', 'SET SESSION sql_require_primary_key=0'],
      };
}
