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
        \`id\` int unsigned not null auto_increment primary key,
        \`operation\` varchar(36) not null,
        \`at\` datetime(3) not null,
        \`token_id\` int null,
        \`token\` varchar(255) null,
        \`address\` varchar(64) null,
        \`action\` varchar(32) not null,
        \`database_name\` varchar(64) null,
        \`backup_id\` int null,
        \`result\` varchar(8) not null,
        \`count\` int not null default 1,
        \`detail\` text null
      ) default character set utf8mb4 collate utf8mb4_bin engine = InnoDB`);
    for (const [name, columns] of Object.entries(INDEXES))
      this.addSql(`alter table \`audit_entries\` add index \`audit_entries_by_${name}\` (${columns})`);
  }

  override down(): void {
    this.addSql('drop table if exists `audit_entries`');
  }
}
