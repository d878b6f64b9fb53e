import { Migration } from '@mikro-orm/migrations';

const KIND = 'default character set utf8mb4 collate utf8mb4_bin engine = InnoDB';

/** What the retention would remove, and why. */
export class Migration20261130030000_retention extends Migration {
  override up(): void {
    this.addSql(`
      create table \`retention_plans\` (
        \`id\` int unsigned not null auto_increment primary key,
        \`made_at\` datetime(3) not null,
        \`state\` varchar(16) not null,
        \`held_for\` longtext not null,
        \`applied_at\` datetime(3) null,
        \`applied_by\` varchar(255) null,
        \`backup_count\` int not null,
        \`bytes\` bigint not null,
        \`document\` longtext not null
      ) ${KIND}`);
    this.addSql('alter table `retention_plans` add index `retention_plans_by_state` (`state`, `id`)');
    this.addSql(`
      create table \`retention_removals\` (
        \`id\` int unsigned not null auto_increment primary key,
        \`plan_id\` int not null,
        \`database_name\` varchar(64) not null,
        \`backup_id\` int not null,
        \`file_name\` varchar(255) not null,
        \`size\` bigint not null,
        \`why\` varchar(500) not null,
        \`needs_operator\` tinyint(1) not null,
        \`scheduled_at\` datetime(3) null
      ) ${KIND}`);
    this.addSql(
      'alter table `retention_removals` add index `retention_removals_by_plan` (`plan_id`, `database_name`, `id`)',
    );
    this.addSql(
      'alter table `retention_removals` add index `retention_removals_by_backup` (`backup_id`, `scheduled_at`)',
    );
    this.addSql(`
      create table \`retained_databases\` (
        \`database_name\` varchar(64) not null primary key,
        \`policy_digest\` varchar(64) not null,
        \`since\` datetime(3) not null,
        \`receipts_accepted_until\` datetime(3) null
      ) ${KIND}`);
  }

  override down(): void {
    for (const table of ['retained_databases', 'retention_removals', 'retention_plans'])
      this.addSql(`drop table if exists \`${table}\``);
  }
}
