import { Migration } from '@mikro-orm/migrations';

/** The runs of `sade backup` as it reports them, and which databases each source backs up. */
export class Migration20261130010000_runs extends Migration {
  override up(): void {
    this.addSql(`
      create table \`runs\` (
        \`id\` int unsigned not null auto_increment primary key,
        \`run_id\` varchar(36) not null,
        \`source\` varchar(128) not null,
        \`shard\` varchar(64) not null,
        \`list\` varchar(16) not null,
        \`part\` varchar(16) not null,
        \`host\` varchar(255) not null,
        \`started_at\` datetime(3) not null,
        \`ended_at\` datetime(3) not null,
        \`received_at\` datetime(3) not null,
        \`clock_ahead_seconds\` int not null,
        \`exit_code\` int not null,
        \`outcome\` varchar(16) not null,
        \`is_partial\` smallint not null,
        \`interrupted_by\` varchar(16) null,
        \`problem\` text null,
        \`total\` int not null,
        \`complete_count\` int not null,
        \`incomplete_count\` int not null,
        \`failed_count\` int not null,
        \`not_done_count\` int not null,
        \`sade_version\` varchar(64) not null,
        \`runtime\` varchar(64) not null,
        \`mysqldump\` varchar(256) null,
        \`reported_by\` varchar(255) not null,
        \`left_out\` int not null,
        \`is_cut\` smallint not null,
        \`digest\` varchar(64) not null
      ) default character set utf8mb4 collate utf8mb4_bin engine = InnoDB`);
    this.addSql('alter table `runs` add unique `runs_run_id_part_unique` (`run_id`, `part`)');
    this.addSql('alter table `runs` add index `runs_by_time` (`started_at`, `id`)');
    this.addSql('alter table `runs` add index `runs_by_outcome` (`outcome`, `started_at`, `id`)');
    this.addSql('alter table `runs` add index `runs_by_source` (`source`, `shard`, `started_at`, `id`)');
    this.addSql('alter table `runs` add index `runs_by_part` (`source`, `shard`, `list`, `part`, `started_at`)');
    this.addSql('alter table `runs` add index `runs_by_host` (`host`, `started_at`, `id`)');
    this.addSql('alter table `runs` add index `runs_by_receipt` (`received_at`, `id`)');
    this.addSql(`
      create table \`run_outcomes\` (
        \`id\` int unsigned not null auto_increment primary key,
        \`run\` int not null,
        \`database_name\` varchar(64) not null,
        \`state\` varchar(16) not null,
        \`is_leftover\` smallint not null,
        \`started_at\` datetime(3) not null,
        \`ended_at\` datetime(3) not null,
        \`stage\` varchar(8) null,
        \`message\` text null,
        \`advice\` text null,
        \`cause_where\` varchar(512) null,
        \`cause_why\` varchar(512) null,
        \`is_shrunk\` smallint not null,
        \`file_name\` varchar(255) null,
        \`backup_id\` int null,
        \`detail\` text not null
      ) default character set utf8mb4 collate utf8mb4_bin engine = InnoDB`);
    this.addSql(
      'alter table `run_outcomes` add index `run_outcomes_by_database` (`database_name`, `is_leftover`, `ended_at`, `id`)',
    );
    this.addSql('alter table `run_outcomes` add index `run_outcomes_by_run` (`run`, `database_name`, `id`)');
    this.addSql(`
      create table \`roster_entries\` (
        \`id\` int unsigned not null auto_increment primary key,
        \`source\` varchar(128) not null,
        \`shard\` varchar(64) not null,
        \`database_name\` varchar(64) not null,
        \`list\` varchar(16) not null,
        \`part\` varchar(16) not null,
        \`every\` varchar(128) null,
        \`grace\` varchar(128) null,
        \`group_name\` varchar(64) null,
        \`first_seen_at\` datetime(3) not null,
        \`last_seen_at\` datetime(3) not null,
        \`gone_at\` datetime(3) null
      ) default character set utf8mb4 collate utf8mb4_bin engine = InnoDB`);
    this.addSql('alter table `roster_entries` add unique `roster_entries_unique` (`source`, `shard`, `database_name`)');
    this.addSql('alter table `roster_entries` add index `roster_entries_by_database` (`database_name`, `id`)');
  }

  override down(): void {
    this.addSql('drop table if exists `roster_entries`');
    this.addSql('drop table if exists `run_outcomes`');
    this.addSql('drop table if exists `runs`');
  }
}
