import { Migration } from '@mikro-orm/migrations';

const INDEXES = {
  time: '`at`, `id`',
  token: '`token`, `at`, `id`',
  address: '`address`, `at`, `id`',
  database: '`database_name`, `at`, `id`',
  action: '`action`, `at`, `id`',
  result: '`result`, `at`, `id`',
};

/** Who did what. */
export class Migration20261129210000_audit extends Migration {
  override up(): void {
    this.addSql(`
      create table \`audit_entries\` (
        \`id\` integer not null primary key autoincrement,
        \`operation\` text not null,
        \`at\` datetime not null,
        \`token_id\` integer null,
        \`token\` text null,
        \`address\` text null,
        \`action\` text not null,
        \`database_name\` text null,
        \`backup_id\` integer null,
        \`result\` text not null,
        \`count\` integer not null default 1,
        \`detail\` text null
      )`);
    for (const [name, columns] of Object.entries(INDEXES))
      this.addSql(`create index \`audit_entries_by_${name}\` on \`audit_entries\` (${columns})`);
  }

  override down(): void {
    this.addSql('drop table if exists `audit_entries`');
  }
}
