import { Migration } from '@mikro-orm/migrations';

/** How drills and restores went. */
export class Migration20261129000000_reports extends Migration {
  override up(): void {
    this.addSql(`
      create table \`reports\` (
        \`id\` int unsigned not null auto_increment primary key,
        \`kind\` varchar(8) not null,
        \`report_id\` varchar(36) not null,
        \`database_name\` varchar(64) not null,
        \`backup_id\` int null,
        \`file_name\` varchar(255) not null,
        \`outcome\` varchar(16) not null,
        \`ended_at\` datetime(3) not null,
        \`stored_at\` datetime(3) not null,
        \`rto_seconds\` double null,
        \`loaded_bytes\` bigint null,
        \`difference_count\` int not null,
        \`reason\` text null,
        \`target_host\` varchar(512) null,
        \`target_database\` varchar(64) null,
        \`document\` longtext not null
      ) default character set utf8mb4 collate utf8mb4_bin engine = InnoDB`);
    this.addSql('alter table `reports` add unique `reports_report_id_unique` (`report_id`)');
    this.addSql(
      'alter table `reports` add index `reports_by_database` (`kind`, `database_name`, `ended_at`, `id`, `outcome`)',
    );
    this.addSql('alter table `reports` add index `reports_by_backup` (`kind`, `backup_id`, `ended_at`, `id`)');
    this.addSql('alter table `reports` add index `reports_by_time` (`kind`, `ended_at`, `id`)');
  }

  override down(): void {
    this.addSql('drop table if exists `reports`');
  }
}
