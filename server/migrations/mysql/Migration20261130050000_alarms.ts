import { Migration } from '@mikro-orm/migrations';

const INDEXES = {
  untold: '`untold_since`',
  key: '`alarm_key`, `closed_at`, `id`',
  time: '`opened_at`, `id`',
  kind: '`kind`, `opened_at`, `id`',
  database: '`database_name`, `opened_at`, `id`',
  end: '`closed_at`, `id`',
};

/** What a person must see to, and how far the evaluations have come that find it out. */
export class Migration20261130050000_alarms extends Migration {
  override up(): void {
    this.addSql(`
      create table \`alarms\` (
        \`id\` int unsigned not null auto_increment primary key,
        \`kind\` varchar(24) not null,
        \`subject\` varchar(255) not null,
        \`alarm_key\` varchar(288) not null,
        \`open_key\` varchar(288) null,
        \`group_key\` varchar(288) not null,
        \`database_name\` varchar(64) null,
        \`source\` varchar(255) null,
        \`severity\` varchar(8) not null,
        \`since\` datetime(3) not null,
        \`opened_at\` datetime(3) not null,
        \`closed_at\` datetime(3) null,
        \`acknowledged_at\` datetime(3) null,
        \`acknowledged_by\` varchar(255) null,
        \`acknowledged_for\` varchar(1000) null,
        \`acknowledged_until\` datetime(3) null,
        \`muted_by\` varchar(288) null,
        \`told_as\` varchar(8) null,
        \`untold_since\` datetime(3) null,
        \`last_told_at\` datetime(3) null,
        \`told_count\` int not null default 0,
        \`flapping_since\` datetime(3) null,
        \`summary\` text not null,
        \`detail\` text not null
      ) default character set utf8mb4 collate utf8mb4_bin engine = InnoDB`);
    this.addSql('alter table `alarms` add unique `alarms_open_key_unique` (`open_key`)');
    for (const [name, columns] of Object.entries(INDEXES))
      this.addSql(`alter table \`alarms\` add index \`alarms_by_${name}\` (${columns})`);
    this.addSql(`
      create table \`alarm_rounds\` (
        \`id\` int unsigned not null auto_increment primary key,
        \`round\` int not null,
        \`ended_at\` datetime(3) not null
      ) default character set utf8mb4 collate utf8mb4_bin engine = InnoDB`);
  }

  override down(): void {
    this.addSql('drop table if exists `alarm_rounds`');
    this.addSql('drop table if exists `alarms`');
  }
}
