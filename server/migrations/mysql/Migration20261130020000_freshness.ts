import { Migration } from '@mikro-orm/migrations';

/** Which databases keep their contract, and since when. */
export class Migration20261130020000_freshness extends Migration {
  override up(): void {
    this.addSql(`
      create table \`watched_databases\` (
        \`database_name\` varchar(64) not null primary key,
        \`state\` varchar(16) not null,
        \`state_since\` datetime(3) not null,
        \`due_at\` datetime(3) null,
        \`late_at\` datetime(3) null,
        \`critical_at\` datetime(3) null,
        \`last_complete_id\` int null,
        \`last_complete_received_at\` datetime(3) null,
        \`last_complete_counts_at\` datetime(3) null,
        \`counted_from\` datetime(3) not null,
        \`contract\` text not null,
        \`paused_from\` datetime(3) null,
        \`paused_until\` datetime(3) null,
        \`paused_by\` varchar(255) null,
        \`paused_for\` varchar(1000) null,
        \`retired_at\` datetime(3) null,
        \`retired_by\` varchar(255) null,
        \`retired_for\` varchar(1000) null,
        \`evaluated_at\` datetime(3) not null,
        \`revision\` int not null default 1
      ) default character set utf8mb4 collate utf8mb4_bin engine = InnoDB`);
    this.addSql('alter table `watched_databases` add index `watched_databases_by_state` (`state`, `database_name`)');
    this.addSql('alter table `watched_databases` add index `watched_databases_by_due` (`due_at`, `database_name`)');
    this.addSql(`
      create table \`state_changes\` (
        \`id\` int unsigned not null auto_increment primary key,
        \`database_name\` varchar(64) not null,
        \`from_state\` varchar(16) null,
        \`to_state\` varchar(16) not null,
        \`at\` datetime(3) not null,
        \`why\` varchar(1000) not null
      ) default character set utf8mb4 collate utf8mb4_bin engine = InnoDB`);
    this.addSql('alter table `state_changes` add index `state_changes_by_time` (`at`, `id`)');
    this.addSql('alter table `state_changes` add index `state_changes_by_database` (`database_name`, `at`, `id`)');
  }

  override down(): void {
    this.addSql('drop table if exists `state_changes`');
    this.addSql('drop table if exists `watched_databases`');
  }
}
