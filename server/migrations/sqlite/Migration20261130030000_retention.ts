import { Migration } from '@mikro-orm/migrations';

/** What the retention would remove, and why. */
export class Migration20261130030000_retention extends Migration {
  override up(): void {
    this.addSql(`
      create table \`retention_plans\` (
        \`id\` integer not null primary key autoincrement,
        \`made_at\` datetime not null,
        \`state\` text not null,
        \`held_for\` longtext not null,
        \`applied_at\` datetime null,
        \`applied_by\` text null,
        \`backup_count\` integer not null,
        \`bytes\` bigint not null,
        \`document\` longtext not null
      )`);
    this.addSql('create index `retention_plans_by_state` on `retention_plans` (`state`, `id`)');
    this.addSql(`
      create table \`retention_removals\` (
        \`id\` integer not null primary key autoincrement,
        \`plan_id\` integer not null,
        \`database_name\` text not null,
        \`backup_id\` integer not null,
        \`file_name\` text not null,
        \`size\` bigint not null,
        \`why\` text not null,
        \`needs_operator\` integer not null,
        \`scheduled_at\` datetime null
      )`);
    this.addSql('create index `retention_removals_by_plan` on `retention_removals` (`plan_id`, `database_name`, `id`)');
    this.addSql('create index `retention_removals_by_backup` on `retention_removals` (`backup_id`, `scheduled_at`)');
    this.addSql(`
      create table \`retained_databases\` (
        \`database_name\` text not null primary key,
        \`policy_digest\` text not null,
        \`since\` datetime not null,
        \`receipts_accepted_until\` datetime null
      )`);
  }

  override down(): void {
    for (const table of ['retained_databases', 'retention_removals', 'retention_plans'])
      this.addSql(`drop table if exists \`${table}\``);
  }
}
