import { Migration } from '@mikro-orm/migrations';

/** The runs of `sade backup` as it reports them, and which databases each source backs up. */
export class Migration20261130010000_runs extends Migration {
  override up(): void {
    this.addSql(`
      create table \`runs\` (
        \`id\` integer not null primary key autoincrement,
        \`run_id\` text not null,
        \`source\` text not null,
        \`shard\` text not null,
        \`list\` text not null,
        \`part\` text not null,
        \`host\` text not null,
        \`started_at\` datetime not null,
        \`ended_at\` datetime not null,
        \`received_at\` datetime not null,
        \`clock_ahead_seconds\` integer not null,
        \`exit_code\` integer not null,
        \`outcome\` text not null,
        \`is_partial\` smallint not null,
        \`interrupted_by\` text null,
        \`problem\` text null,
        \`total\` integer not null,
        \`complete_count\` integer not null,
        \`incomplete_count\` integer not null,
        \`failed_count\` integer not null,
        \`not_done_count\` integer not null,
        \`sade_version\` text not null,
        \`runtime\` text not null,
        \`mysqldump\` text null,
        \`reported_by\` text not null,
        \`left_out\` integer not null,
        \`is_cut\` smallint not null,
        \`digest\` text not null
      )`);
    this.addSql('create unique index `runs_run_id_part_unique` on `runs` (`run_id`, `part`)');
    this.addSql('create index `runs_by_time` on `runs` (`started_at`, `id`)');
    this.addSql('create index `runs_by_outcome` on `runs` (`outcome`, `started_at`, `id`)');
    this.addSql('create index `runs_by_source` on `runs` (`source`, `shard`, `started_at`, `id`)');
    this.addSql('create index `runs_by_part` on `runs` (`source`, `shard`, `list`, `part`, `started_at`)');
    this.addSql('create index `runs_by_host` on `runs` (`host`, `started_at`, `id`)');
    this.addSql('create index `runs_by_receipt` on `runs` (`received_at`, `id`)');
    this.addSql(`
      create table \`run_outcomes\` (
        \`id\` integer not null primary key autoincrement,
        \`run\` integer not null,
        \`database_name\` text not null,
        \`state\` text not null,
        \`is_leftover\` smallint not null,
        \`started_at\` datetime not null,
        \`ended_at\` datetime not null,
        \`stage\` text null,
        \`message\` text null,
        \`advice\` text null,
        \`cause_where\` text null,
        \`cause_why\` text null,
        \`is_shrunk\` smallint not null,
        \`file_name\` text null,
        \`backup_id\` integer null,
        \`detail\` text not null
      )`);
    this.addSql(
      'create index `run_outcomes_by_database` on `run_outcomes` (`database_name`, `is_leftover`, `ended_at`, `id`)',
    );
    this.addSql('create index `run_outcomes_by_run` on `run_outcomes` (`run`, `database_name`, `id`)');
    this.addSql(`
      create table \`roster_entries\` (
        \`id\` integer not null primary key autoincrement,
        \`source\` text not null,
        \`shard\` text not null,
        \`database_name\` text not null,
        \`list\` text not null,
        \`part\` text not null,
        \`every\` text null,
        \`grace\` text null,
        \`group_name\` text null,
        \`first_seen_at\` datetime not null,
        \`last_seen_at\` datetime not null,
        \`gone_at\` datetime null
      )`);
    this.addSql('create unique index `roster_entries_unique` on `roster_entries` (`source`, `shard`, `database_name`)');
    this.addSql('create index `roster_entries_by_database` on `roster_entries` (`database_name`, `id`)');
  }

  override down(): void {
    this.addSql('drop table if exists `roster_entries`');
    this.addSql('drop table if exists `run_outcomes`');
    this.addSql('drop table if exists `runs`');
  }
}
