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
        \`id\` integer not null primary key autoincrement,
        \`kind\` text not null,
        \`subject\` text not null,
        \`alarm_key\` text not null,
        \`open_key\` text null,
        \`group_key\` text not null,
        \`database_name\` text null,
        \`source\` text null,
        \`severity\` text not null,
        \`since\` datetime not null,
        \`opened_at\` datetime not null,
        \`closed_at\` datetime null,
        \`acknowledged_at\` datetime null,
        \`acknowledged_by\` text null,
        \`acknowledged_for\` text null,
        \`acknowledged_until\` datetime null,
        \`muted_by\` text null,
        \`told_as\` text null,
        \`untold_since\` datetime null,
        \`last_told_at\` datetime null,
        \`told_count\` integer not null default 0,
        \`flapping_since\` datetime null,
        \`summary\` text not null,
        \`detail\` text not null
      )`);
    this.addSql('create unique index `alarms_open_key_unique` on `alarms` (`open_key`)');
    for (const [name, columns] of Object.entries(INDEXES))
      this.addSql(`create index \`alarms_by_${name}\` on \`alarms\` (${columns})`);
    this.addSql(`
      create table \`alarm_rounds\` (
        \`id\` integer not null primary key autoincrement,
        \`round\` integer not null,
        \`ended_at\` datetime not null
      )`);
  }

  override down(): void {
    this.addSql('drop table if exists `alarm_rounds`');
    this.addSql('drop table if exists `alarms`');
  }
}
