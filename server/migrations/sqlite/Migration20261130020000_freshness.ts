import { Migration } from '@mikro-orm/migrations';

/** Which databases keep their contract, and since when. */
export class Migration20261130020000_freshness extends Migration {
  override up(): void {
    this.addSql(`
      create table \`watched_databases\` (
        \`database_name\` text not null primary key,
        \`state\` text not null,
        \`state_since\` datetime not null,
        \`due_at\` datetime null,
        \`late_at\` datetime null,
        \`critical_at\` datetime null,
        \`last_complete_id\` integer null,
        \`last_complete_received_at\` datetime null,
        \`last_complete_counts_at\` datetime null,
        \`counted_from\` datetime not null,
        \`contract\` text not null,
        \`paused_from\` datetime null,
        \`paused_until\` datetime null,
        \`paused_by\` text null,
        \`paused_for\` text null,
        \`retired_at\` datetime null,
        \`retired_by\` text null,
        \`retired_for\` text null,
        \`evaluated_at\` datetime not null,
        \`revision\` integer not null default 1
      )`);
    this.addSql('create index `watched_databases_by_state` on `watched_databases` (`state`, `database_name`)');
    this.addSql('create index `watched_databases_by_due` on `watched_databases` (`due_at`, `database_name`)');
    this.addSql(`
      create table \`state_changes\` (
        \`id\` integer not null primary key autoincrement,
        \`database_name\` text not null,
        \`from_state\` text null,
        \`to_state\` text not null,
        \`at\` datetime not null,
        \`why\` text not null
      )`);
    this.addSql('create index `state_changes_by_time` on `state_changes` (`at`, `id`)');
    this.addSql('create index `state_changes_by_database` on `state_changes` (`database_name`, `at`, `id`)');
  }

  override down(): void {
    this.addSql('drop table if exists `state_changes`');
    this.addSql('drop table if exists `watched_databases`');
  }
}
