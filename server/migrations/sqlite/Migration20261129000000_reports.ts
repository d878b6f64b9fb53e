import { Migration } from '@mikro-orm/migrations';

/** How drills and restores went. */
export class Migration20261129000000_reports extends Migration {
  override up(): void {
    this.addSql(`
      create table \`reports\` (
        \`id\` integer not null primary key autoincrement,
        \`kind\` text not null,
        \`report_id\` text not null,
        \`database_name\` text not null,
        \`backup_id\` integer null,
        \`file_name\` text not null,
        \`outcome\` text not null,
        \`ended_at\` datetime not null,
        \`stored_at\` datetime not null,
        \`rto_seconds\` double null,
        \`loaded_bytes\` bigint null,
        \`difference_count\` integer not null,
        \`reason\` text null,
        \`target_host\` text null,
        \`target_database\` text null,
        \`document\` longtext not null
      )`);
    this.addSql('create unique index `reports_report_id_unique` on `reports` (`report_id`)');
    this.addSql(
      'create index `reports_by_database` on `reports` (`kind`, `database_name`, `ended_at`, `id`, `outcome`)',
    );
    this.addSql('create index `reports_by_backup` on `reports` (`kind`, `backup_id`, `ended_at`, `id`)');
    this.addSql('create index `reports_by_time` on `reports` (`kind`, `ended_at`, `id`)');
  }

  override down(): void {
    this.addSql('drop table if exists `reports`');
  }
}
